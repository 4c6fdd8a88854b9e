import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../src/store/open.ts'
import { storeSuite } from './suites/store-suite.ts'

storeSuite('the DuckDB store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-store-'))
  const open = () => openStore(`file:${folder}`)
  return { open, reopen: open, remove: () => rmSync(folder, { recursive: true, force: true }) }
})
