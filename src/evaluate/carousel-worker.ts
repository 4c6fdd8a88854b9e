/** A thread that runs the tasks it is sent, one after the other: started by carousel-threads.ts, and a file of its own in the package. */
import { parentPort, workerData } from 'node:worker_threads'
import { type CarouselRun, type CarouselSetup, type CarouselTask, runner } from './carousel-runs.ts'

/** A round is over, or a task is. */
export type CarouselMessage = { readonly round: true } | { readonly run: CarouselRun }

const port = parentPort!
const say = (message: CarouselMessage) => port.postMessage(message)
const run = runner(workerData as CarouselSetup)
port.on('message', async (task: CarouselTask) => say({ run: await run(task, () => say({ round: true })) }))
