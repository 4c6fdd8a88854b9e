import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { type CommandLine, smallExport } from './cli.ts'
import { type Serving, serving } from './serving.ts'

/** The same data twice, under names of one length: one is served, the other is not. */
export const [SERVED, ALONE] = ['served', 'itself'] as const
const NOON = Date.UTC(2026, 10, 22, 12)

/** Makes both at a moment that then stands still, and serves the one. */
export async function servedAndAlone(cli: CommandLine): Promise<Serving> {
  // The process of a training runs the sources, as this one does.
  vi.stubEnv('NODE_OPTIONS', '--import tsx')
  const { catalog } = await smallExport(cli.folder)
  const made = await cli.run(['run', 'my_spotify_data.zip', '--catalog', catalog, '--data', ALONE])
  expect(made.status, made.stderr).toBe(0)
  writeFileSync(join(cli.folder, 'more.csv'), 'name,artist,energy\nBrass Lantern,Tess Orrin,0.5\n')
  writeFileSync(join(cli.folder, 'list.txt'), 'Tess Orrin – Brass Lantern\n')
  cpSync(join(cli.folder, ALONE), join(cli.folder, SERVED), { recursive: true })
  vi.useFakeTimers({ toFake: ['Date'], now: NOON })
  return serving(cli.folder, ['--data', SERVED])
}

/** What a verb says and how it ends on a folder that `%s` stands for, without what differs between the two, and how long things took. */
export async function ran(cli: CommandLine, verb: string, folder: string) {
  const { status, stdout, stderr } = await cli.run([
    ...verb.replaceAll('%s', folder).split(' '),
    ...['--data', folder],
  ])
  return { status, stdout: plain(stdout), stderr: plain(stderr) }
}

function plain(text: string): string {
  return text
    .replaceAll(SERVED, ALONE)
    .replace(/^.*\d (m?s|min)\b.*\n/gm, '')
    .replace(/"(seconds|durationSeconds)": [\d.]+/g, '"$1": 0')
}
