import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCatalogCsv, makeExport } from '../../bench/make-export.ts'

const ROOT = join(import.meta.dirname, '../..')

/** What a run of the command line came to. */
export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunSettings {
  readonly env?: Readonly<Record<string, string>>
  /** Presses Ctrl-C this long after the start. */
  readonly stopAfterMs?: number
  /** Nobody reads what is written to stdout. */
  readonly closeStdout?: boolean
}

/** A command line of its own for one test file, beside a working folder of its own. */
export interface CommandLine {
  readonly folder: string
  run(args: readonly string[], settings?: RunSettings): Promise<Ran>
  /** The one JSON document of a run that succeeds. */
  json(args: readonly string[]): Promise<Record<string, unknown>>
  remove(): void
}

/** Builds the command line with the project's own script, where no other build or test can reach it. */
export function buildCommandLine(): CommandLine {
  const built = join(ROOT, 'node_modules/.cache', `deepcuts-test-${process.pid}`)
  mkdirSync(built, { recursive: true })
  copyFileSync(join(ROOT, 'package.json'), join(built, 'package.json'))
  execFileSync(process.execPath, ['scripts/build.mjs', join(built, 'dist')], { cwd: ROOT })
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-cli-'))
  const main = join(built, 'dist/cli/main.js')
  const run = (args: readonly string[], { env = {}, stopAfterMs, closeStdout }: RunSettings = {}) =>
    new Promise<Ran>((resolve, reject) => {
      const { DEEPCUTS_DATA: _, DEEPCUTS_DEBUG: __, ...inherited } = process.env
      const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: { ...inherited, ...env } })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text
      })
      if (stopAfterMs !== undefined) setTimeout(() => child.kill('SIGINT'), stopAfterMs)
      if (closeStdout) child.stdout.destroy()
      child.on('error', reject).on('close', (status) => resolve({ status, stdout, stderr }))
    })
  return {
    folder,
    run,
    async json(args) {
      const { status, stdout, stderr } = await run([...args, '--json'])
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
      return JSON.parse(stdout) as Record<string, unknown>
    },
    remove() {
      rmSync(built, { recursive: true, force: true })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A small invented export and the catalog of its world. */
export async function smallExport(folder: string): Promise<{ export: string; catalog: string }> {
  const paths = { export: join(folder, 'my_spotify_data.zip'), catalog: join(folder, 'tracks.csv') }
  await makeExport({ path: paths.export, rows: 1500, tracks: 150 })
  await makeCatalogCsv(paths.catalog, 400)
  return paths
}
