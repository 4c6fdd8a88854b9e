import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { evaluateHistory } from '../src/evaluate/history.ts'
import { inTemporaryFolder } from '../src/evaluate/temporary-folder.ts'

let temporary: string
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'deepcuts-test-'))
  vi.stubEnv('TMPDIR', temporary)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(temporary, { recursive: true })
})

const left = () => readdirSync(temporary)

test('the folder is there for the work, for this user alone, and gone after it', async () => {
  const mode = await inTemporaryFolder(async (folder) => {
    expect(left()).toHaveLength(1)
    writeFileSync(join(folder, 'plays'), 'private')
    return statSync(folder).mode & 0o777
  })
  expect(mode).toBe(0o700)
  expect(left()).toEqual([])
})

test('work that fails leaves nothing behind', async () => {
  const failing = inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'plays'), 'private')
    throw new Error('failed')
  })
  await expect(failing).rejects.toThrow('failed')
  expect(left()).toEqual([])
})

test('a process that leaves in the middle, as at a second Ctrl-C, takes the folder along', async () => {
  const before = process.listeners('exit')
  await inTemporaryFolder(async (folder) => {
    writeFileSync(join(folder, 'plays'), 'private')
    for (const listener of process.listeners('exit'))
      if (!before.includes(listener)) listener.call(process, 130)
    expect(existsSync(folder)).toBe(false)
  })
  expect(process.listeners('exit')).toEqual(before)
})

test('what a killed process left is removed by the next, what a living one uses is not', async () => {
  mkdirSync(join(temporary, 'deepcuts-evaluate-999999999-killed'))
  const living = `deepcuts-evaluate-${process.ppid}-living`
  mkdirSync(join(temporary, living))
  mkdirSync(join(temporary, 'other'))
  await inTemporaryFolder(async () => {})
  expect(left().sort()).toEqual([living, 'other'])
})

test('an evaluation that fails or is stopped leaves no listening data', async () => {
  const options = { paths: ['none.zip'], catalog: [], seed: 1, timeZone: 'UTC', now: Date.UTC(2026, 0, 1) }
  await expect(evaluateHistory(options, silent)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  expect(left()).toEqual([])
})
