import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { storeError } from '../src/store/duckdb-errors.ts'
import { openStore } from '../src/store/open.ts'
import { bulk } from './store-child.ts'
import { feedback } from './suites/store-rows.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'deepcuts open-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const folder = () => join(root, 'data')
const database = () => join(folder(), 'deepcuts.duckdb')
const open = () => openStore(`file:${folder()}`)

async function made(): Promise<void> {
  const store = await open()
  await store.write([feedback([1, 2]), bulk(1, 5000)])
  await store.close()
}

/** What opening fails with: a code and a sentence of this project, with nothing of the database's own words. */
async function refusal(opening: Promise<unknown>) {
  const error = (await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  )) as Error & { code: string }
  expect(error).toBeInstanceOf(Error)
  expect(error.name).toBe('DeepcutsError')
  expect(error.message).not.toMatch(/DuckDB|SELECT|LINE \d|Error:|\{\w+\}|\n/)
  return { code: error.code, sentence: error.message }
}

describe('openStore', () => {
  it('makes the folder, with parents, and puts one file there', async () => {
    const store = await openStore(`file:${join(root, 'a', "b'c", 'd e%20')}`)
    await store.write([feedback([1])])
    await store.close()
    expect(readdirSync(join(root, 'a', "b'c", 'd e%20'))).toEqual(['deepcuts.duckdb'])
  })

  it('takes a full file URL', async () => {
    const store = await openStore(pathToFileURL(folder()).href)
    await store.close()
    expect(existsSync(database())).toBe(true)
  })

  it('refuses a URL of a scheme that has no driver', async () => {
    for (const url of ['postgres://host/db', folder(), '', 'file:', 'constructor:x', 'file://host/data']) {
      expect(await refusal(openStore(url))).toMatchObject({ code: 'STORE_URL' })
    }
  })

  it('refuses a path that is a file, or goes through one', async () => {
    writeFileSync(join(root, 'file'), '')
    const file = await refusal(openStore(`file:${join(root, 'file')}`))
    expect(file.code).toBe('STORE_NOT_A_FOLDER')
    expect(file.sentence).toContain(join(root, 'file'))
    const below = await refusal(openStore(`file:${join(root, 'file', 'below')}`))
    expect(below.code).toBe('STORE_NOT_A_FOLDER')
  })
})

describe('one owner', () => {
  it('refuses a second opening in the same process, also by another name of the folder', async () => {
    const store = await open()
    symlinkSync(folder(), join(root, 'link'))
    expect((await refusal(open())).code).toBe('STORE_OPEN_TWICE')
    expect((await refusal(openStore(`file:${join(root, 'link')}`))).code).toBe('STORE_OPEN_TWICE')
    await store.write([feedback([1])])
    await store.close()
    await (await open()).close()
  })

  it('lets one of two openings at the same moment in', async () => {
    const outcomes = await Promise.allSettled([open(), open()])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.close()
  })

  it('names the process that has the store, and lets the next one in when that is done', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/store-child.ts', 'hold', folder()], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const { code, sentence } = await refusal(open())
    expect(code).toBe('STORE_BUSY')
    expect(sentence).toContain(`in use by another process (number ${child.pid})`)
    child.stdin.end('close\n')
    await once(child, 'exit')
    await (await open()).close()
  })

  it('refuses a worker thread', async () => {
    const script = `
      const { workerData, parentPort } = require('node:worker_threads')
      import('tsx/esm/api')
        .then(({ register }) => (register(), import(workerData.module)))
        .then(({ openStore }) => openStore(workerData.url))
        .then(() => parentPort.postMessage('opened'), (error) => parentPort.postMessage(error.code))`
    const module = new URL('../src/store/open.ts', import.meta.url).href
    const worker = new Worker(script, { eval: true, workerData: { module, url: `file:${folder()}` } })
    expect(await once(worker, 'message')).toEqual(['STORE_THREAD'])
    await worker.terminate()
  })

  it('gives the store up on close, so that another process can have it at once', async () => {
    const store = await open()
    await store.write([bulk(1, 5000)])
    await store.read('plays', ['id'], { limit: 3 })
    await store.close()
    const child = spawnSync(process.execPath, ['--import', 'tsx', 'test/store-child.ts', 'hold', folder()], {
      input: 'close\n',
      encoding: 'utf8',
    })
    expect(child.stdout).toBe('open\nclosed\n')
  })
})

describe('a file that is no store', () => {
  it('refuses text under the name of the database and leaves it there', async () => {
    mkdirSync(folder())
    writeFileSync(database(), 'shopping list: records, more records')
    const { code, sentence } = await refusal(open())
    expect(code).toBe('STORE_DAMAGED')
    expect(sentence).toContain('deepcuts.duckdb is damaged or is not a deepcuts store')
    expect(readFileSync(database(), 'utf8')).toMatch(/^shopping list/)
  })

  it('refuses a database of another program and leaves it as it was', async () => {
    mkdirSync(folder())
    const other = await DuckDBInstance.create(database())
    const connection = await other.connect()
    await connection.run('CREATE TABLE recipes (name VARCHAR)')
    connection.closeSync()
    other.closeSync()
    expect((await refusal(open())).code).toBe('STORE_DAMAGED')
    expect((await refusal(open())).code).toBe('STORE_DAMAGED')
  })

  it('refuses a store whose middle or end is gone', async () => {
    await made()
    const whole = readFileSync(database())
    for (const spoil of [
      () => truncateSync(database(), 20_000),
      () => {
        const file = openSync(database(), 'r+')
        for (let at = 12_288; at < whole.length; at += 512) writeSync(file, Buffer.alloc(64, 0x5a), 0, 64, at)
        closeSync(file)
      },
    ]) {
      writeFileSync(database(), whole)
      spoil()
      expect((await refusal(open())).code).toBe('STORE_DAMAGED')
    }
    writeFileSync(database(), whole)
    await (await open()).close()
  })

  it('starts anew where the making of the first file was cut short', async () => {
    await made()
    const whole = readFileSync(database())
    for (const length of [0, 100, 4096, 8192]) {
      writeFileSync(database(), whole.subarray(0, length))
      const store = await open()
      expect(await store.count('plays')).toBe(0)
      await store.close()
    }
  })
})

describe('sentences for what the system says', () => {
  const cases: [string, string][] = [
    ['IO Error: Could not write file "/d/x": No space left on device', 'STORE_FULL'],
    ['IO Error: Could not write file "/d/x": File too large', 'STORE_FULL'],
    ["ENOSPC: no space left on device, mkdir '/d'", 'STORE_FULL'],
    ["EROFS: read-only file system, mkdir '/d'", 'STORE_READ_ONLY'],
    ["EACCES: permission denied, access '/d'", 'STORE_READ_ONLY'],
    ['IO Error: Cannot open file "/d/x": Permission denied', 'STORE_READ_ONLY'],
    [
      'Out of Memory Error: could not allocate block of size 256.0 KiB (244.1 MiB/244.1 MiB used)',
      'STORE_MEMORY',
    ],
    ['Parser Error: syntax error\n\nLINE 1: SELECT * FORM plays', 'STORE_FAILED'],
  ]
  for (const [said, code] of cases) {
    it(`${said.split('\n')[0]} → ${code}`, () => {
      const error = storeError(new Error(said), '/d/data', 'read plays')
      expect(error).toMatchObject({ code })
      expect(error.message).toContain('/d/data')
      expect(error.message).not.toMatch(/\{\w+\}|LINE|FORM|Error:/)
      expect(error.cause).toMatchObject({ message: said })
    })
  }

  it('names both versions when the file was written by a newer database', () => {
    const said =
      'Trying to read a database file with version number 99, but we can only read versions between 64 and 68.'
    expect(storeError(new Error(said), '/d', 'be opened').message).toMatch(
      /its version is file version 99, and this one reads up to file version 68/,
    )
  })
})

it.skipIf(process.platform !== 'linux')('refuses a file system where nothing can be made', async () => {
  const { code, sentence } = await refusal(openStore('file:/proc/deepcuts/data'))
  expect(code).toBe('STORE_READ_ONLY')
  expect(sentence).toMatch(/^\/proc\/deepcuts\/data cannot be written to\. Change its permissions/)
})

describe.skipIf(process.getuid?.() === 0)('permissions', () => {
  it('refuses a folder that cannot be written to', async () => {
    mkdirSync(folder())
    chmodSync(folder(), 0o555)
    expect((await refusal(open())).code).toBe('STORE_READ_ONLY')
  })

  it('refuses a database file that cannot be written to', async () => {
    await made()
    chmodSync(database(), 0o444)
    expect((await refusal(open())).code).toBe('STORE_READ_ONLY')
    chmodSync(database(), 0o644)
  })
})
