import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

/** A server of dist/ in a process of its own. */
export interface ServerProcess {
  readonly address: string
  /** From the start of the process to the first answer of /v1/ready. */
  readonly readySeconds: number
  /** The core it was tied to; undefined where it may use all. */
  readonly core: number | undefined
  /** Resident memory in MB (10⁶ bytes). */
  megabytes(): number
  /** Seconds of processor it has used, all threads. */
  processorSeconds(): number
  /** Ties what it started to another core: the processes of its trainings. */
  moveChildren(core: number): void
  /** Ends it as an operator does. @returns its exit status */
  end(): Promise<number | null>
}

const TICKS_A_SECOND = 100

/** How a server is started. */
export interface ServerOptions {
  /** Where taskset is installed: the core that it is tied to. */
  readonly core?: number
  /** Whether listeners count for one another, as a model of everybody wants it. */
  readonly community: boolean
  /** A folder for a profile of the processor. */
  readonly profile?: string
}

/** What one key may ask is not measured here, nor is a training that starts by itself. */
const SETTINGS = {
  DEEPCUTS_REQUESTS_PER_MINUTE: '1000000',
  DEEPCUTS_TRAIN_HOURS: '0',
  DEEPCUTS_TRAIN_PLAYS: '0',
}

/** Starts `deepcuts serve` over a data folder. @throws Error with its stderr when it does not come up */
export async function startServer(
  cli: string,
  data: string,
  { core, community, profile }: ServerOptions,
): Promise<ServerProcess> {
  const tied = core !== undefined && spawnSync('taskset', ['--version']).status === 0
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const command = [process.execPath, ...profiling, cli, 'serve', '--port', '0', '--data', data]
  const [file, ...args] = tied ? ['taskset', '-c', String(core), ...command] : command
  const began = performance.now()
  const child = spawn(file!, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...SETTINGS, DEEPCUTS_COMMUNITY: community ? 'on' : 'off' },
  })
  let [said, failed] = ['', '']
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  child.stderr.on('data', (piece) => {
    failed = (failed + piece).slice(-4000)
  })
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (piece) => {
      said += piece
      const found = /Listening at (http:\S+)/.exec(said)?.[1]
      if (found) resolve(found)
    })
    void ended.then((status) => reject(new Error(`The server ended with ${status}:\n${failed}`)))
  })
  for (;;) {
    const answer = await fetch(`${address}/v1/ready`).catch(() => undefined)
    if (answer?.ok) break
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const readySeconds = (performance.now() - began) / 1000
  const file0 = (name: string) => readFileSync(`/proc/${child.pid}/${name}`, 'utf8')
  return {
    address,
    readySeconds,
    core: tied ? core : undefined,
    megabytes: () => (Number(/VmRSS:\s+(\d+)/.exec(file0('status'))?.[1]) * 1024) / 1e6,
    processorSeconds() {
      const [user, system] = file0('stat')
        .replace(/^.*\) /, '')
        .split(' ')
        .slice(11, 13)
      return (Number(user) + Number(system)) / TICKS_A_SECOND
    },
    moveChildren(to) {
      const told = spawnSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' }).stdout
      for (const pid of told.split(/\s+/).filter(Boolean))
        spawnSync('taskset', ['-a', '-p', '-c', String(to), pid])
    },
    async end() {
      child.kill('SIGTERM')
      const status = await ended
      if (status !== 0 && status !== 130) console.error(failed)
      return status
    },
  }
}
