import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { openDuckDb } from '../src/store/duckdb.ts'
import { openStore } from '../src/store/open.ts'
import type { Store } from '../src/store/store.ts'
import { bulk, SLOW_STEP } from './store-child.ts'

const CHILD = ['--import', 'tsx', 'test/store-child.ts']
const rng = random('store crashes')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepcuts-crash-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The whole lines that a child prints, and its end. */
function follow(child: ChildProcess) {
  let text = ''
  const lines = () => text.split('\n').slice(0, -1)
  child.stdout!.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return {
    lines,
    ended,
    async until(line: string) {
      while (!lines().includes(line) && child.exitCode === null) await setTimeout(2)
      expect(lines()).toContain(line)
    },
  }
}

/** Starts a child, kills it `delay` ms after it said "ready", and gives what it had said until then. */
async function killed(verb: string, first: number, delay: number): Promise<string[]> {
  const child = spawn(process.execPath, [...CHILD, verb, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = follow(child)
  await said.until('ready')
  await setTimeout(delay)
  child.kill('SIGKILL')
  await said.ended
  return said.lines().slice(1)
}

const open = () => openStore(`file:${folder}`)

/** The numbers of the groups in the store, after a check that each is whole and there once. */
async function wholeGroups(store: Store): Promise<Set<number>> {
  const splits = await store.read('splits', ['identifier'], { orderBy: ['identifier'] })
  const rows = await store.read('feedback', ['id', 'undone'], { orderBy: ['id'] })
  const groups = [...splits.identifier]
  expect(new Set(groups).size).toBe(groups.length)
  expect([...rows.id]).toEqual(groups.flatMap((n) => [3 * n, 3 * n + 1]))
  expect([...rows.undone]).toEqual(groups.flatMap(() => [0, 1]))
  return new Set(groups)
}

it('keeps every acknowledged group and no half of one, however often it is killed', async () => {
  const acknowledged: number[] = []
  let next = 0
  for (let round = 0; round < 40; round++) {
    const said = (await killed('groups', next, rng.int(round < 15 ? 300 : 1200))).map(Number)
    acknowledged.push(...said)
    const store = await open()
    const found = await wholeGroups(store)
    expect(acknowledged.filter((n) => !found.has(n))).toEqual([])
    if (round % 2 === 1) await store.write([{ delete: 'meta', where: { key: 'none' } }])
    await store.close()
    next = Math.max(-1, ...found) + 1
  }
  expect(acknowledged.length).toBeGreaterThan(200)
})

it('keeps a long insert whole or not at all when it is killed in the middle of it', async () => {
  let next = 0
  let acknowledged = 0
  let cutShort = 0
  for (let round = 0; round < 12; round++) {
    acknowledged += (await killed('bulks', next, rng.int(1500))).length
    const store = await open()
    const kept = await store.max('plays', 'import')
    for (let n = 0; n <= kept; n++) {
      const rows = await store.count('plays', { import: n })
      if (rows > 0) expect(rows).toBe(200_000)
      else expect(n).toBe(0)
    }
    const imports = (await store.count('plays')) / 200_000
    expect(imports).toBeGreaterThanOrEqual(acknowledged)
    if (imports === acknowledged) cutShort++
    acknowledged = imports
    next = imports
    await store.close()
  }
  expect(cutShort).toBeGreaterThan(0)
})

const OLD = { version: '1', playColumns: 14, moods: 0, spare: 0, plays: 200_000 }
const FRESH = { version: '2', playColumns: 15, moods: 1, spare: 0, plays: 200_000 }

/** What a look past the store finds: its version, and which of the slow step's marks are there. */
async function inside() {
  const instance = await DuckDBInstance.create(join(folder, 'deepcuts.duckdb'))
  const connection = await instance.connect()
  const value = async (sql: string) => (await (await connection.run(sql)).getRows())[0]![0]
  const named = (name: string) =>
    value(`SELECT count(*)::INTEGER FROM duckdb_tables() WHERE table_name = '${name}'`)
  const found = {
    version: await value(`SELECT "value" FROM "meta" WHERE "key" = 'schemaVersion'`),
    playColumns: await value(`SELECT count(*)::INTEGER FROM duckdb_columns() WHERE table_name = 'plays'`),
    moods: await named('moods'),
    spare: await named('plays2'),
    plays: await value('SELECT count(*)::INTEGER FROM "plays"'),
  }
  connection.closeSync()
  instance.closeSync()
  return found
}

it('has the old version or the new one, and nothing between, when it is killed while it is brought forward', async () => {
  const versions = { old: 0, fresh: 0 }
  for (let round = 0; round < 10; round++) {
    rmSync(folder, { recursive: true, force: true })
    const before = await openDuckDb(folder, { now: () => 0, migrations: [] })
    await before.write([bulk(1, 200_000)])
    await before.close()
    await killed('migrate', 0, round * 45)
    const found = await inside()
    expect([OLD, FRESH]).toContainEqual(found)
    versions[found.version === '1' ? 'old' : 'fresh']++
    const store = await openDuckDb(folder, { now: () => 0, migrations: [SLOW_STEP] })
    expect(await store.count('plays')).toBe(200_000)
    await store.close()
    expect(await inside()).toEqual(FRESH)
  }
  expect(versions.old).toBeGreaterThan(0)
})

it('says that the disk is full, keeps what was acknowledged, and opens again when there is room', async () => {
  for (const kilobytes of [600, 3000, 20_000]) {
    rmSync(folder, { recursive: true, force: true })
    await (await open()).close()
    const command = `ulimit -f ${kilobytes}; exec "$0" "$@"`
    const child = spawn('bash', ['-c', command, process.execPath, ...CHILD, 'fill', folder, '1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const said = follow(child)
    await said.ended
    const lines = said.lines()
    expect(lines.at(-1)).toBe('closed')
    const failures = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) {
      expect(failure.code).toBe('STORE_FULL')
      expect(failure.message).toMatch(/no space left to write to .*deepcuts\.duckdb.* Free some space/)
    }
    const acknowledged = lines.filter((line) => /^\d+$/.test(line)).map(Number)
    const store = await open()
    const kept = [...new Set((await store.read('plays', ['import'])).import)]
    expect(kept).toEqual(acknowledged)
    for (const n of kept) expect(await store.count('plays', { import: n })).toBe(20_000)
    await store.write([bulk(99, 20_000)])
    await store.close()
  }
})
