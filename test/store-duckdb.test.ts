import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../src/store/open.ts'
import { feedback } from './suites/store-rows.ts'
import { storeSuite } from './suites/store-suite.ts'

const makeFolder = () => mkdtempSync(join(tmpdir(), 'deepcuts-store-'))

storeSuite('the DuckDB store', () => {
  const [folder, copies] = [makeFolder(), makeFolder()]
  const open = () => openStore(`file:${folder}`)
  let made = 0
  return {
    open,
    reopen: open,
    copyFolder: () => join(copies, 'new', String(++made)),
    openCopy: (copy) => openStore(`file:${copy}`),
    remove() {
      for (const path of [folder, copies]) rmSync(path, { recursive: true, force: true })
    },
  }
})

it('leaves nothing of a copy but the copy, also where it cannot be put, and clears away what a crash left', async () => {
  const [folder, other] = [makeFolder(), makeFolder()]
  const url = `file:${folder}`
  let store = await openStore(url)
  try {
    await store.write([feedback([1])])
    await store.copyTo(join(other, 'copy'))
    expect(readdirSync(join(other, 'copy'))).toEqual(['deepcuts.duckdb'])
    writeFileSync(join(other, 'file'), '')
    await expect(store.copyTo(join(other, 'file'))).rejects.toMatchObject({ code: 'STORE_NOT_A_FOLDER' })
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
    for (const name of ['copy-7.duckdb', 'copy-7.duckdb.wal', 'kept.txt'])
      writeFileSync(join(folder, 'tmp', name), 'half')
    await store.close()
    store = await openStore(url)
    const left = existsSync(join(folder, 'tmp')) ? readdirSync(join(folder, 'tmp')) : []
    expect(left.filter((name) => name.startsWith('copy'))).toEqual([])
    expect(await store.count('feedback')).toBe(1)
  } finally {
    await store.close()
    for (const path of [folder, other]) rmSync(path, { recursive: true, force: true })
  }
})
