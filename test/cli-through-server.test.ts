import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeCommandLine } from './suites/cli.ts'
import { ALONE, ran, SERVED, servedAndAlone } from './suites/served-and-alone.ts'
import type { Serving } from './suites/serving.ts'

const cli = makeCommandLine()
let server: Serving

beforeAll(async () => {
  server = await servedAndAlone(cli)
}, 120_000)

afterAll(async () => {
  await server?.end()
  vi.useRealTimers()
  vi.unstubAllEnvs()
  cli.remove()
})

/** Verbs that ask for the data, in an order in which each has something to do; `%s`: the folder. Slow ones are in the long tests. */
const VERBS: readonly string[] = [
  'doctor',
  'mix -n 5',
  'mix deep-cuts -n 5 --out %s-cuts.xspf %s-cuts.csv',
  'mix no-such',
  'mix radio 12 -n 3',
  'like 12',
  'dislike 13',
  'snooze 14 --days 3',
  'never nobody at all',
  'undo',
  'explain 12',
  'similar 12 -n 3',
  'dial --novelty 0.5',
  'exclude --hours 3-4',
  'exclude --remove 1',
  'split 12',
  'import more.csv',
  'import more.csv',
  'import no-such.zip',
  'mix continue list.txt -n 3',
  'imports',
  'imports undo 3',
  'imports undo 99',
  'models',
  'models use 1',
  'models rollback',
  'train --refresh',
  'train --everybody',
  'keys list',
  'keys revoke 99',
  'exposures --out %s-log.csv',
  'evaluate policy',
]

describe('a verb whose data a server owns', () => {
  for (const more of ['', ' --json'])
    it.each(VERBS.map((verb) => verb + more))('says and does the same: %s', async (verb) => {
      const [there, here] = [await ran(cli, verb, SERVED), await ran(cli, verb, ALONE)]
      expect(there).toEqual(here)
      expect(there.stdout + there.stderr).not.toBe('')
    })

  it('writes the same files, where it was typed', () => {
    for (const file of ['cuts.xspf', 'cuts.csv', 'log.csv']) {
      const [there, here] = [SERVED, ALONE].map((folder) =>
        readFileSync(join(cli.folder, `${folder}-${file}`), 'utf8'),
      )
      expect(there).toBe(here)
    }
  })

  it('makes keys that the server knows', async () => {
    const made = await cli.run(['keys', 'create', 'app', '--scope', 'admin', '--quiet', '--data', SERVED])
    const answer = await fetch(`${server.address}/v1/keys`, {
      headers: { authorization: `Bearer ${made.stdout.trim()}` },
    })
    expect(answer.status).toBe(200)
  })

  it('is refused where it needs the data for itself', async () => {
    expect(await cli.run(['serve', '--data', SERVED])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^A server has the data in .*served at http:.* Stop the server first/),
    })
  })
})

describe('what a server says of itself in the data folder', () => {
  const file = join(cli.folder, SERVED, 'server.json')
  const ask = (path: string, token: string, init: RequestInit = {}) =>
    fetch(server.address + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
  const token = () => (JSON.parse(readFileSync(file, 'utf8')) as { token: string }).token

  it('lets in who can read it, and nobody by a key', async () => {
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
    const { stdout } = await cli.run([...'keys create b --scope admin --quiet --data'.split(' '), SERVED])
    expect((await ask('/v1/verbs', token())).status).toBe(200)
    expect((await ask('/v1/verbs', stdout.trim())).status).toBe(403)
    expect((await ask('/v1/keys', token())).status).toBe(401)
  })

  it('is passed over when a server was killed and left it', async () => {
    const left = { address: 'http://127.0.0.1:1', pid: 1, token: 'x' }
    writeFileSync(join(cli.folder, ALONE, 'server.json'), JSON.stringify(left))
    expect((await cli.run(['imports', '--data', ALONE])).status).toBe(0)
    writeFileSync(
      join(cli.folder, ALONE, 'server.json'),
      JSON.stringify({ ...left, address: server.address }),
    )
    expect((await cli.run(['imports', '--data', ALONE])).status).toBe(0)
    writeFileSync(join(cli.folder, ALONE, 'server.json'), '{"addr')
    expect((await cli.run(['imports', '--data', ALONE])).status).toBe(0)
  })
})
