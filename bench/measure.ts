import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

/** One measured number. `atMost` is what the project promises. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly atMost?: number
  /** Its 95 % interval. */
  readonly ci95?: readonly [low: number, high: number]
  /** Digits behind the point; absent: two, or none from 100 on. */
  readonly digits?: number
}

/** A benchmark: does the work in a folder of its own and says what it measured. Most take no arguments. */
export type Bench = (folder: string, args: readonly string[]) => Promise<readonly Figure[]>

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

// Run inside the child: at its end it tells its own peak memory. VmHWM belongs to the process image alone, while
// ru_maxrss would also count the parent that it was forked from; it is the fallback where there is no /proc.
const REPORT_PEAK = `import { readFileSync, writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
if (isMainThread) process.on('exit', () => {
  let kilobytes = process.resourceUsage().maxRSS
  try { kilobytes = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) } catch {}
  writeSync(3, String(kilobytes))
})`

/** What a run of the command line took. */
export interface Run {
  readonly seconds: number
  /** Peak resident memory in MB (10⁶ bytes). */
  readonly peakMegabytes: number
  readonly stdout: string
}

/**
 * Runs `deepcuts …` from dist/ in a process of its own, in `folder`.
 * @throws Error with the end of its stderr when it does not exit with 0, or when dist/ has not been built
 */
export async function deepcuts(folder: string, ...args: readonly string[]): Promise<Run> {
  if (!existsSync(CLI)) throw new Error('There is no dist/cli/main.js. Run "npm run build" first.')
  const preload = `data:text/javascript,${encodeURIComponent(REPORT_PEAK)}`
  const started = performance.now()
  const child = spawn(process.execPath, ['--import', preload, CLI, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const texts = [1, 2, 3].map((fd) => collect(child.stdio[fd] as NodeJS.ReadableStream))
  const status = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
  const seconds = (performance.now() - started) / 1000
  const [stdout = '', stderr = '', peak = ''] = await Promise.all(texts)
  if (status !== 0)
    throw new Error(`deepcuts ${args.join(' ')} ended with ${status}:\n${stderr.slice(-2000)}`)
  return { seconds, peakMegabytes: (Number(peak) * 1024) / 1e6, stdout }
}

/** Runs a benchmark in a temporary folder that is removed afterwards. */
export async function inFolder(bench: Bench, args: readonly string[]): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'deepcuts-bench-'))
  try {
    return await bench(folder, args)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What every figure must carry: the machine it was measured on. */
export function machine(): Readonly<Record<string, string | number>> {
  const [cpu] = cpus()
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 1e9),
    node: process.versions.node,
  }
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk
  return text
}
