import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCatalogCsv, makeExport } from '../../bench/make-export.ts'
import { runCommandLine } from '../../src/cli/command-line.ts'

const ROOT = join(import.meta.dirname, '../..')

/** What a run of the command line came to. */
export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Environment {
  readonly env?: Readonly<Record<string, string>>
}

interface SpawnSettings extends Environment {
  /** Presses Ctrl-C this long after the start. */
  readonly stopAfterMs?: number
  /** Presses Ctrl-C when stdout says this. */
  readonly stopAt?: RegExp
  /** Nobody reads what is written to stdout. */
  readonly closeStdout?: boolean
}

/** A command that runs. */
export interface Started {
  /** What stdout said until then matched this. */
  readonly match: RegExpExecArray
  /** Sends a signal, and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ran>
}

/** A command line of its own for one test file, beside a working folder of its own. */
export interface CommandLine {
  readonly folder: string
  /** Runs the verb in this process, which is quick: one at a time. */
  run(args: readonly string[], settings?: Environment): Promise<Ran>
  /** The one JSON document of a run that succeeds. */
  json(args: readonly string[]): Promise<Record<string, unknown>>
  /** Runs the command as a person does: built by the project's own script, in a process of its own. */
  spawn(args: readonly string[], settings?: SpawnSettings): Promise<Ran>
  /** Starts the built command, and waits until stdout says something; the caller ends it. */
  start(args: readonly string[], until: RegExp, settings?: Environment): Promise<Started>
  remove(): void
}

/** A command line whose working folder is a new one. */
export function makeCommandLine(): CommandLine {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'deepcuts-cli-')))
  const built = join(ROOT, 'node_modules/.cache', `deepcuts-test-${process.pid}`)
  let main: string | undefined
  const run = async (args: readonly string[], { env = {} }: Environment = {}): Promise<Ran> => {
    const told = { stdout: '', stderr: '' }
    const before = { folder: process.cwd(), env: process.env, exitCode: process.exitCode }
    const real = { stdout: process.stdout.write, stderr: process.stderr.write }
    process.chdir(folder)
    process.env = { ...cleanEnvironment(), ...env }
    process.exitCode = undefined
    for (const name of ['stdout', 'stderr'] as const)
      process[name].write = ((text: string | Uint8Array) => {
        told[name] += text.toString()
        return true
      }) as typeof process.stdout.write
    try {
      await runCommandLine(args)
      return { ...told, status: Number(process.exitCode ?? 0) }
    } finally {
      process.stdout.write = real.stdout
      process.stderr.write = real.stderr
      process.exitCode = before.exitCode
      process.env = before.env
      process.chdir(before.folder)
    }
  }
  return {
    folder,
    run,
    async json(args) {
      const { status, stdout, stderr } = await run([...args, '--json'])
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
      return JSON.parse(stdout) as Record<string, unknown>
    },
    spawn(args, { env = {}, stopAfterMs, stopAt, closeStdout } = {}) {
      main ??= build(built)
      const child = spawn(process.execPath, [main, ...args], {
        cwd: folder,
        env: { ...cleanEnvironment(), ...env },
      })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text
        if (stopAt?.test(stdout) && !child.killed) child.kill('SIGINT')
      })
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text
      })
      if (stopAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), stopAfterMs)
      if (closeStdout) child.stdout.destroy()
      return new Promise((resolve, reject) => {
        child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr }))
      })
    },
    start(args, until, { env = {} } = {}) {
      main ??= build(built)
      const child = spawn(process.execPath, [main, ...args], {
        cwd: folder,
        env: { ...cleanEnvironment(), ...env },
      })
      let [stdout, stderr] = ['', '']
      const ended = new Promise<Ran>((resolve) =>
        child.on('close', (status) => resolve({ status, stdout, stderr })),
      )
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text
      })
      return new Promise((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text) => {
          stdout += text
          const match = until.exec(stdout)
          const end = (signal: NodeJS.Signals) => {
            child.kill(signal)
            return ended
          }
          if (match) resolve({ match, end })
        })
        void ended.then(() => reject(new Error(`${args.join(' ')} ended: ${stdout}${stderr}`)))
      })
    },
    remove() {
      rmSync(built, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const { DEEPCUTS_DATA: _, DEEPCUTS_DEBUG: __, COLUMNS: ___, ...inherited } = process.env
  return inherited
}

/** Builds where no other build or test can reach it, and gives the path of the command. */
function build(folder: string): string {
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  execFileSync(process.execPath, ['scripts/build.mjs', join(folder, 'dist')], { cwd: ROOT })
  return join(folder, 'dist/cli/main.js')
}

/** A small invented export and the catalog of its world. */
export async function smallExport(folder: string): Promise<{ export: string; catalog: string }> {
  const paths = { export: join(folder, 'my_spotify_data.zip'), catalog: join(folder, 'tracks.csv') }
  await makeExport({ path: paths.export, rows: 900, tracks: 300 })
  await makeCatalogCsv(paths.catalog, 300)
  return paths
}
