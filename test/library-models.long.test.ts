import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { openLibrary } from '../src/library/library.ts'
import type { Models } from '../src/library/models.ts'
import { openStore } from '../src/store/open.ts'
import { filesOf, LISTENER, serves } from './models-child.ts'
import { makeCommandLine } from './suites/cli.ts'

const CHILD = ['--import', 'tsx', 'test/models-child.ts']
const rng = random('killed while a model is saved')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepcuts-models-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A child with the whole lines that it has printed so far, and its end. */
function started(verb: string, limit?: number) {
  const child: ChildProcess = limit
    ? spawn('bash', ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, ...CHILD, verb, folder])
    : spawn(process.execPath, [...CHILD, verb, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const lines = () => text.split('\n').slice(0, -1)
  return {
    child,
    lines,
    ended: new Promise<void>((resolve) => child.on('close', () => resolve())),
    async ready() {
      while (!lines().includes('ready') && child.exitCode === null) await setTimeout(2)
      expect(lines()).toContain('ready')
    },
  }
}

async function looked<T>(look: (models: Models) => Promise<T>): Promise<T> {
  const store = await openStore(`file:${folder}`)
  try {
    return await look(openLibrary(store, folder, Date.now, 'UTC').models)
  } finally {
    await store.close()
  }
}

/** The versions that are listed, newest first, after a check that each is whole, and the one that serves. */
const state = () =>
  looked(async (models) => {
    const listed = (await models.list(LISTENER)).map(({ version }) => version)
    for (const version of listed) {
      const { files } = await models.load(LISTENER, version)
      for (const [name, bytes] of Object.entries(filesOf(version)))
        expect(bytes.equals(files[name]!), `${version} ${name}`).toBe(true)
    }
    return { listed, serving: (await models.active(LISTENER))?.version }
  })

const saveHere = () =>
  looked(async (models) => {
    const version = ((await models.list(LISTENER))[0]?.version ?? 0) + 1
    return models.save(LISTENER, filesOf(version), {}, { serve: serves(version) })
  })

const folders = () =>
  readdirSync(join(folder, 'models'))
    .map(Number)
    .sort((a, b) => b - a)

it('killed at any moment, what was saved is whole, the right version serves, and no rest stays', async () => {
  let last = (await saveHere()).version
  const cut = { before: 0, after: 0, folders: 0 }
  for (let round = 0; round < 25; round++) {
    const { child, lines, ready, ended } = started('save')
    await ready()
    await setTimeout(rng.int(round % 2 ? 150 : 900))
    child.kill('SIGKILL')
    await ended
    const acknowledged = Number(lines().slice(1).at(-1) ?? last)
    const { listed, serving } = await state()
    expect([acknowledged, acknowledged + 1]).toContain(listed[0])
    cut[listed[0] === acknowledged ? 'before' : 'after']++
    last = listed[0]!
    const served = Array.from({ length: last }, (_, i) => last - i).filter(serves)
    expect(serving).toBe(served[0])
    expect(listed.slice(0, 10)).toEqual(Array.from({ length: Math.min(10, last) }, (_, i) => last - i))
    expect(listed.length).toBeLessThanOrEqual(10)
    if (folders().join() !== listed.join()) cut.folders++
    if (round % 5 === 4) {
      last = (await saveHere()).version
      expect(folders()).toEqual((await state()).listed)
    }
  }
  expect(cut.before).toBeGreaterThan(0)
  expect(cut.folders).toBeGreaterThan(0)
})

it('a full disk is told with a sentence; the model in use is whole, and nothing is half-written', async () => {
  await saveHere()
  for (const limit of [1, 50, 150]) {
    const { lines, ended } = started('once', limit)
    await ended
    expect(JSON.parse(lines()[0]!)).toMatchObject({
      code: 'STORE_FULL',
      message: expect.stringMatching(/no space left to write to .*models.2.* Free some space and try again/),
    })
    expect(folders()).toEqual([1])
    expect(await state()).toEqual({ listed: [1], serving: 1 })
  }
  expect((await saveHere()).version).toBe(2)
})

it('a second process that trains on the same folder is told who has it, and changes nothing', async () => {
  await saveHere()
  const { child, ready, ended } = started('hold')
  await ready()
  const cli = makeCommandLine()
  try {
    for (const args of [['train'], ['models', 'rollback']])
      expect(await cli.run([...args, '--listener', 'ada', '--data', folder])).toMatchObject({
        status: 1,
        stdout: '',
        stderr: expect.stringMatching(/The data in .* is in use by .* Wait until it is done/),
      })
  } finally {
    cli.remove()
    child.stdin!.end('enough')
    await ended
  }
  expect(await state()).toEqual({ listed: [1], serving: 1 })
})
