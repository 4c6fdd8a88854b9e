/** Run as a process of its own by the store tests: `node --import tsx test/store-child.ts VERB FOLDER [FIRST]`. */
import type { Migration } from '../src/store/migrations.ts'
import { openStore } from '../src/store/open.ts'
import type { Write } from '../src/store/store.ts'
import { feedback } from './suites/store-rows.ts'

/** A step that rewrites a table of many rows and adds a column and a table: long enough to be killed in. */
export const SLOW_STEP: Migration = {
  to: 2,
  async apply(run) {
    await run('CREATE TABLE "plays2" AS SELECT *, "msPlayed" * 2 AS "doubled" FROM "plays"')
    await run('DROP TABLE "plays"')
    await run('ALTER TABLE "plays2" RENAME TO "plays"')
    await run('CREATE TABLE "moods" ("id" INTEGER NOT NULL, "name" VARCHAR NOT NULL)')
    await run(`INSERT INTO "moods" SELECT i, 'mood ' || i FROM range(200000) t(i)`)
  },
}

/** Group `n`: three feedback rows and a split, of which another write marks one and removes one. */
function group(n: number): Write[] {
  return [
    feedback([3 * n, 3 * n + 1, 3 * n + 2]),
    { insert: 'splits', columns: { identifier: [n] } },
    { update: 'feedback', set: { undone: 1 }, where: { id: 3 * n + 1 } },
    { delete: 'feedback', where: { id: 3 * n + 2 } },
  ]
}

/** Plays of one import: `import` = n in every row. */
export function bulk(n: number, rows: number): Write {
  const all = <V>(value: V) => Array.from({ length: rows }, () => value)
  return {
    insert: 'plays',
    columns: {
      id: Int32Array.from({ length: rows }, (_, i) => i),
      import: new Int32Array(rows).fill(n),
      listener: new Int32Array(rows).fill(1),
      identifier: Int32Array.from({ length: rows }, (_, i) => (i * 7919) % 30_011),
      endedAt: Float64Array.from({ length: rows }, (_, i) => 1.6e12 + i * 180_000),
      msPlayed: Float64Array.from({ length: rows }, (_, i) => (i * 7577) % 240_000),
      reasonStart: all('clickrow'),
      reasonEnd: all('trackdone'),
      skipped: new Int8Array(rows),
      shuffle: new Int8Array(rows),
      offline: new Int8Array(rows).fill(-1),
      device: Array.from({ length: rows }, (_, i) => `a device with a long name, number ${i}`),
      exact: new Int8Array(rows).fill(1),
      hidden: new Int8Array(rows),
    },
  }
}

const say = (text: string | number) => process.stdout.write(`${text}\n`)

const VERBS: Record<string, (folder: string, first: number) => Promise<void>> = {
  async hold(folder) {
    const store = await openStore(`file:${folder}`)
    say('open')
    process.stdin.once('data', () => void store.close().then(() => say('closed')))
  },

  async groups(folder, first) {
    say('ready')
    const store = await openStore(`file:${folder}`)
    let next = first
    const writer = async () => {
      for (;;) {
        const n = next++
        await store.write(group(n))
        say(n)
      }
    }
    await Promise.all([writer(), writer(), writer()])
  },

  async bulks(folder, first) {
    const store = await openStore(`file:${folder}`)
    say('ready')
    for (let n = first; ; n++) {
      await store.write([bulk(n, 200_000)])
      say(n)
    }
  },

  async migrate(folder) {
    const { openDuckDb } = await import('../src/store/duckdb.ts')
    say('ready')
    const store = await openDuckDb(folder, { now: () => 0, migrations: [SLOW_STEP] })
    say('done')
    await store.close()
  },

  /** Writes until something fails, says why, tries once more, and closes. */
  async fill(folder, first) {
    const store = await openStore(`file:${folder}`)
    let n = first
    const failure = async (write: Write) => {
      try {
        await store.write([write])
        say(n)
        return false
      } catch (error) {
        const { code, message, stack } = error as Error & { code?: string }
        say(JSON.stringify({ code, message, firstLine: stack?.split('\n')[0] }))
        return true
      }
    }
    while (!(await failure(bulk(n, 20_000)))) n++
    n++
    await failure(bulk(n, 20_000))
    await store.close()
    say('closed')
  },
}

const [verb, folder, first] = process.argv.slice(2)
if (process.argv[1]?.endsWith('store-child.ts') && verb && folder)
  await VERBS[verb]!(folder, Number(first ?? 0))
