import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckDb } from '../src/store/duckdb.ts'
import { latestVersion, MIGRATIONS } from '../src/store/migrations.ts'
import { TABLES, type TableName } from '../src/store/schema.ts'
import { makeCommandLine, smallExport } from './suites/cli.ts'
import { toFirstSchema } from './suites/first-schema.ts'
import { serving } from './suites/serving.ts'

const cli = makeCommandLine()
const OLD = join(cli.folder, 'old')
afterAll(() => cli.remove())

beforeAll(async () => {
  const { catalog } = await smallExport(cli.folder)
  const made = await cli.run(['run', 'my_spotify_data.zip', '--catalog', catalog, '--data', OLD])
  expect(made.status, made.stderr).toBe(0)
  await cli.run(['like', '12', '--data', OLD])
  await cli.run(['exclude', '--hours', '3-4', '--data', OLD])
  await toFirstSchema(OLD)
}, 120_000)

describe('data of the first schema', () => {
  it('has every table and column of today once it was opened, and all its rows', async () => {
    const copy = join(cli.folder, 'copy')
    cpSync(OLD, copy, { recursive: true })
    const store = await openDuckDb(copy, { now: Date.now })
    for (const table of Object.keys(TABLES) as TableName[])
      await store.read(table, Object.keys(TABLES[table]) as never, { limit: 1 })
    expect((await store.read('meta', ['value'], { where: { key: 'schemaVersion' } })).value).toEqual([
      String(latestVersion(MIGRATIONS)),
    ])
    expect(await store.count('plays')).toBeGreaterThan(800)
    expect((await store.read('models', ['served'])).served).toEqual(Int32Array.of(1))
    await store.close()
  })

  it.each([
    'doctor',
    'mix',
    'mix radio 12',
    'undo',
    'never The Dreamarers',
    'explain 12',
    'similar 12',
    'dial --novelty 0.5',
    'exclude --remove 1',
    'split 12',
    'import tracks.csv',
    'imports',
    'models',
    'models use 1',
    'keys create x',
    'keys list',
    'tokens create phone',
    'exposures --out log.csv',
    'evaluate policy',
    'backup saved',
    'restore saved --data again',
    'imports undo 2',
  ])('is good for every verb: %s', async (verb) => {
    const data = verb.includes('--data') ? [] : ['--data', OLD]
    const { status, stdout, stderr } = await cli.run([...verb.split(' '), ...data])
    expect(status, stdout + stderr).toBe(0)
  })

  it('can be served', async () => {
    const copy = join(cli.folder, 'served')
    cpSync(join(cli.folder, 'again'), copy, { recursive: true })
    const server = await serving(cli.folder, ['--data', copy])
    expect(server.stdout()).toMatch(/\/setup#dl_/)
    expect((await fetch(`${server.address}/v1/ready`)).status).toBe(200)
    expect(await server.end()).toBe(0)
  })
})
