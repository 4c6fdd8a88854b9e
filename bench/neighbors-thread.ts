/** The second thread of the benchmark of neighbours: opens the shared index, and says how many milliseconds that took. */
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { openShared } from '../src/neighbors/stored-index.ts'

const { shared, query, k } = workerData
// The library itself is loaded once a thread, before.
await import('usearch')
const [times, processor]: [number[], number[]] = [[], []]
let found = 0
for (let round = 0; round < 5; round++) {
  const before = process.cpuUsage()
  const started = performance.now()
  const index = await openShared(shared)
  times.push(performance.now() - started)
  const { user, system } = process.cpuUsage(before)
  processor.push((user + system) / 1000)
  found = index.search(query, k).ids.length
}
parentPort!.postMessage({ times, processor, found })
