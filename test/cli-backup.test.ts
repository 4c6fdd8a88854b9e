import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openEngine } from '../src/engine.ts'
import { makeCommandLine, smallExport } from './suites/cli.ts'
import { serving } from './suites/serving.ts'

const cli = makeCommandLine()
const path = (name: string) => join(cli.folder, name)
afterAll(() => cli.remove())

beforeAll(async () => {
  const { catalog } = await smallExport(cli.folder)
  const made = await cli.run(['run', 'my_spotify_data.zip', '--catalog', catalog])
  expect(made.status, made.stderr).toBe(0)
}, 120_000)

/** The titles that a listener of a data folder heard. */
async function heardIn(data: string, listener: string): Promise<Set<string>> {
  const engine = await openEngine({ data: path(data), now: Date.now, timeZone: 'UTC' })
  const { library } = engine
  const catalog = await library.catalog()
  const log = await library.log(await library.listeners.get(listener))
  const titles = Array.from(log.row, (row) => catalog.titles.at(row))
  await engine.close()
  return new Set(titles)
}

describe('a backup', () => {
  it('holds the data of one moment, and the data serves the same mixes once it is put back', async () => {
    const told = await cli.json(['backup', 'first'])
    expect(told).toMatchObject({ backup: 'first', files: expect.any(Number) })
    expect(readdirSync(path('first')).sort()).toEqual(
      expect.arrayContaining(['backup.json', 'deepcuts.duckdb', 'models']),
    )
    if (process.platform !== 'win32') expect(statSync(path('first')).mode & 0o077).toBe(0)
    const { status, stdout } = await cli.run(['restore', 'first', '--data', 'again'])
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Restored: \d+ files as of/),
    })
    const tracks = async (data: string) => {
      const { tracks } = await cli.json(['mix', '-n', '5', '--seed', '3', '--data', data])
      return (tracks as unknown as { track: { id: number } }[]).map(({ track }) => track.id)
    }
    expect(await tracks('again')).toEqual(await tracks('deepcuts-data'))
  })

  it('is never written over anything', async () => {
    const { status, stderr } = await cli.run(['backup', 'first'])
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('never writes over it'),
    })
    expect(existsSync(path('first.part'))).toBe(false)
  })

  it('taken while events come in, has every one that was acknowledged before it', async () => {
    cpSync(path('deepcuts-data'), path('busy'), { recursive: true })
    const admin = (await cli.run(['keys', 'create', 'a', '--scope', 'admin', '--quiet', '--data', 'busy']))
      .stdout
    const server = await serving(cli.folder, ['--data', 'busy'])
    const acknowledged: string[] = []
    let sending = true
    const send = async (who: number) => {
      for (let i = 0; sending; i++) {
        const title = `song ${who} ${i}`
        const answer = await fetch(`${server.address}/v1/listeners/me/events`, {
          method: 'POST',
          headers: { authorization: `Bearer ${admin.trim()}`, 'content-type': 'application/json' },
          body: JSON.stringify({ type: 'listen', track: { title }, finished: true }),
        })
        expect(answer.status).toBe(201)
        acknowledged.push(title)
      }
    }
    const senders = [send(1), send(2), send(3)]
    await expect.poll(() => acknowledged.length).toBeGreaterThan(30)
    const before = [...acknowledged]
    const { status, stderr } = await cli.run(['backup', 'under-load', '--data', 'busy'])
    const during = acknowledged.length - before.length
    sending = false
    await Promise.all(senders)
    await server.end()
    expect(status, stderr).toBe(0)
    expect(during).toBeGreaterThan(0)
    expect((await cli.run(['restore', 'under-load', '--data', 'restored'])).status).toBe(0)
    const heard = await heardIn('restored', 'me')
    expect(before.filter((title) => !heard.has(title))).toEqual([])
    expect(await cli.run(['doctor', '--data', 'restored'])).toMatchObject({ status: 0 })
  }, 60_000)
})

describe('a restore', () => {
  const damage: readonly [what: string, harm: (backup: string) => void, sentence: RegExp][] = [
    [
      'a changed file',
      (backup) => appendFileSync(join(backup, 'deepcuts.duckdb'), 'x'),
      /deepcuts\.duckdb is not as it was written/,
    ],
    [
      'a missing file',
      (backup) => rmSync(join(backup, 'models/1/model.onnx')),
      /models\/1\/model\.onnx is missing/,
    ],
    ['no manifest', (backup) => rmSync(join(backup, 'backup.json')), /it has no backup\.json/],
    [
      'a broken manifest',
      (backup) => writeFileSync(join(backup, 'backup.json'), '{"for'),
      /backup\.json is no JSON/,
    ],
    [
      'a file outside of it',
      (backup) => manifest(backup, { '../../x': { bytes: 1, sha256: '00' } }),
      /names a file outside/,
    ],
    ['a newer format', (backup) => manifest(backup, {}, 2), /written by a newer deepcuts: its format is 2/],
  ]
  const manifest = (backup: string, more: object, format = 1) => {
    const file = join(backup, 'backup.json')
    const said = JSON.parse(readFileSync(file, 'utf8')) as { files: object }
    writeFileSync(file, JSON.stringify({ ...said, format, files: { ...said.files, ...more } }))
  }

  it.each(damage)('refuses %s, and leaves nothing', async (_, harm, sentence) => {
    cpSync(path('first'), path('harmed'), { recursive: true })
    harm(path('harmed'))
    const { status, stderr } = await cli.run(['restore', 'harmed', '--data', 'nothing'])
    expect(stderr).toMatch(sentence)
    expect(status).toBe(1)
    expect(existsSync(path('nothing')) ? readdirSync(path('nothing')) : []).toEqual([])
    rmSync(path('harmed'), { recursive: true })
  })

  it('leaves a folder alone that holds something, unless that may be moved aside', async () => {
    const { status, stderr } = await cli.run(['restore', 'first', '--data', 'again'])
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('with --replace') })
    await cli.run(['like', '12', '--data', 'again'])
    const { movedTo } = await cli.json(['restore', 'first', '--replace', '--data', 'again'])
    expect(existsSync(join(String(movedTo), 'deepcuts.duckdb'))).toBe(true)
    expect(await cli.run(['undo', '--data', 'again'])).toMatchObject({ status: 2 })
    expect(await cli.run(['undo', '--data', String(movedTo)])).toMatchObject({ status: 0 })
  })

  it('is refused while a server has the data', async () => {
    const server = await serving(cli.folder, ['--data', 'again'])
    const refused = await cli.run(['restore', 'first', '--replace', '--data', 'again'])
    await server.end()
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('A server has the data in') })
  })
})
