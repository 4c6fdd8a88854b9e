import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDuckDb } from '../src/store/duckdb.ts'
import { latestVersion, MIGRATIONS, type Migration } from '../src/store/migrations.ts'
import { feedback } from './suites/store-rows.ts'

const RENAME: Migration = {
  to: 2,
  apply: (run) => run(`UPDATE "feedback" SET "kind" = 'loved' WHERE "kind" = 'like'`),
}
const COUNT: Migration = {
  to: 3,
  apply: (run) => run(`UPDATE "feedback" SET "artist" = 'was ' || "kind"`),
}
const BROKEN: Migration = {
  to: 3,
  async apply(run) {
    await run('DROP TABLE "feedback"')
    await run('SELECT no such thing')
  },
}

let folder: string
const open = (migrations?: readonly Migration[]) =>
  openDuckDb(folder, { now: () => 1_700_000_000_000, ...(migrations && { migrations }) })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepcuts-migrations-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A store of version 1 with one like. */
async function version1(): Promise<void> {
  const store = await open([])
  await store.write([feedback([1])])
  await store.close()
}

async function state() {
  const store = await open([RENAME, COUNT])
  const { kind, artist } = await store.read('feedback', ['kind', 'artist'])
  const version = (await store.read('meta', ['value'], { where: { key: 'schemaVersion' } })).value
  await store.close()
  return { kind, artist, version }
}

it('notes in a new store its version and when it was made', async () => {
  const store = await open()
  const { key, value } = await store.read('meta', ['key', 'value'])
  await store.close()
  expect(key).toEqual(['schemaVersion', 'createdAt'])
  expect(value).toEqual([String(latestVersion(MIGRATIONS)), '1700000000000'])
})

it('applies no step to a new store, whose tables are current already', async () => {
  const store = await open([RENAME, BROKEN])
  expect((await store.read('meta', ['value'], { where: { key: 'schemaVersion' } })).value).toEqual(['3'])
  await store.close()
})

it('applies the missing steps in order, once', async () => {
  await version1()
  await (await open([RENAME])).close()
  expect(await state()).toEqual({ kind: ['loved'], artist: ['was loved'], version: ['3'] })
  expect(await state()).toEqual({ kind: ['loved'], artist: ['was loved'], version: ['3'] })
})

it('leaves the old version whole when a step fails, and can be opened by what wrote it', async () => {
  await version1()
  const error = await open([RENAME, BROKEN]).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'STORE_MIGRATION', details: { from: 1, to: 3 } })
  expect((error as Error).message).not.toMatch(/SELECT|Parser|no such thing/)
  const store = await open([])
  expect((await store.read('feedback', ['kind'])).kind).toEqual(['like'])
  expect((await store.read('meta', ['value'], { where: { key: 'schemaVersion' } })).value).toEqual(['1'])
  await store.close()
})

it('refuses a store of a newer version with a sentence and leaves it alone', async () => {
  await version1()
  await (await open([RENAME, COUNT])).close()
  await expect(open([RENAME])).rejects.toMatchObject({
    code: 'STORE_NEWER',
    message: expect.stringMatching(/its version is 3, and this one reads up to 2\. Update deepcuts/),
  })
  expect(await state()).toMatchObject({ version: ['3'] })
})

it('brings the models of version 1 along: each served from when it was made', async () => {
  await version1()
  const instance = await DuckDBInstance.create(join(folder, 'deepcuts.duckdb'))
  const connection = await instance.connect()
  for (const sql of [
    'DROP TABLE "models"',
    'CREATE TABLE "models" ("version" INTEGER NOT NULL, "listener" INTEGER NOT NULL, "at" DOUBLE NOT NULL, "active" TINYINT NOT NULL, "manifest" VARCHAR NOT NULL)',
    `INSERT INTO "models" VALUES (1, 1, 10, 0, '{}'), (2, 2, 20, 1, '{}'), (300, 1, 30, 1, '{"a":1}')`,
  ])
    await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
  for (let opened = 0; opened < 2; opened++) {
    const store = await open()
    const columns = ['version', 'listener', 'at', 'served', 'manifest'] as const
    const models = await store.read('models', columns, { orderBy: ['version'] })
    await store.close()
    expect(Object.values(models).map((column) => [...column])).toEqual([
      [1, 2, 300],
      [1, 2, 1],
      [10, 20, 30],
      [1, 2, 300],
      ['{}', '{}', '{"a":1}'],
    ])
  }
})

it('has place for keys and requests when it comes from version 2', async () => {
  await version1()
  const instance = await DuckDBInstance.create(join(folder, 'deepcuts.duckdb'))
  const connection = await instance.connect()
  for (const sql of [
    'DROP TABLE "apiKeys"',
    'DROP TABLE "requests"',
    `UPDATE "meta" SET "value" = '2' WHERE "key" = 'schemaVersion'`,
  ])
    await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
  const store = await open()
  const key = { id: [1], name: ['a'], scope: ['app'], listener: [0], sha256: ['0f'] }
  const times = { createdAt: [5], usedAt: [Number.NaN], revokedAt: [Number.NaN] }
  await store.write([
    { insert: 'apiKeys', columns: { ...key, ...times } },
    { insert: 'requests', columns: { key: ['k'], sha256: ['0f'], import: [1], at: [5] } },
  ])
  expect([
    await store.count('apiKeys', { scope: 'app' }),
    await store.count('requests', { key: 'k' }),
  ]).toEqual([1, 1])
  await store.close()
})

it('has its published steps in order without a gap', () => {
  expect(MIGRATIONS.map(({ to }) => to)).toEqual(MIGRATIONS.map((_, i) => i + 2))
})
