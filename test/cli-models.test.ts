import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { graph, inferenceModel, mul } from '../src/graph/index.ts'
import { openLibrary } from '../src/library/library.ts'
import { type Checkpoint, checkpointFiles } from '../src/model/checkpoint.ts'
import { openStore } from '../src/store/open.ts'
import { makeCommandLine } from './suites/cli.ts'
import { NOW, play, take } from './suites/temp-library.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

const TIDE = { spotify: 'tide', title: 'Low Tide', artist: 'The Harbour' }
const NETWORK = inferenceModel({ finish: mul(graph().input('x', ['batch', 1]), 2) }, {})
/** Files as a training writes them; nothing here predicts with them. */
const FILES = checkpointFiles('model', {
  ensemble: { onnx: NETWORK } as Checkpoint['ensemble'],
  audioScale: {} as Checkpoint['audioScale'],
  background: { rolling: new Float32Array(2), frozen: new Float32Array(2) },
})
const DAY = 86_400_000

/** What a training tells, as far as `models` shows it. */
function report(auc: number, more: object = {}) {
  const score = (lower: number) => ({ auc: auc - lower, logLoss: 0.5 + lower })
  return {
    preset: 'default',
    seed: 1,
    plays: 68_012,
    heldOut: {
      plays: 700,
      models: [
        { name: 'base-rate', ...score(0.3), beforeSitting: score(0.3) },
        { name: 'deepcuts', ...score(0), beforeSitting: score(0.0625) },
      ],
    },
    ...more,
  }
}

const WORSE = {
  promoted: false,
  against: 2,
  plays: 512,
  difference: { mean: 0.012, ci95: [0.004, 0.0204] },
  reason: 'worse',
}

/** A data folder with models of `ada` as trainings leave them: 2 serves, 3 was not promoted; and one of `bo`. */
async function invent(): Promise<string> {
  const folder = mkdtempSync(join(cli.folder, 'data-'))
  let now = NOW
  const store = await openStore(`file:${folder}`, { now: () => now })
  const library = openLibrary(store, folder, () => now, 'UTC')
  for (const listener of ['ada', 'bo']) await take(library, [play(TIDE, NOW)], { listener })
  const { models } = library
  await models.save(1, FILES, { finishes: 900, skips: 300 }, { serve: true })
  now += DAY
  await models.save(1, FILES, report(0.8), { serve: true })
  now += DAY
  await models.save(1, FILES, report(0.75, { promotion: WORSE, seed: 12 }), { serve: false })
  await models.save(2, FILES, report(0.6, { preset: 'nano' }), { serve: true })
  await store.close()
  return folder
}

let data: string
beforeAll(async () => {
  data = await invent()
})
const models = (args: readonly string[] = [], width = 80, folder = data) =>
  cli.run(['models', ...args, '--listener', 'ada', '--data', folder], { env: { COLUMNS: String(width) } })

describe('models', () => {
  it('lists the versions newest first: how made, how good, what serves, and why one does not', async () => {
    const { status, stdout } = await models(['--quiet'], 120)
    expect(status).toBe(0)
    expect(stdout.split('\n')).toEqual([
      '   made        preset       plays    for a mix  play by play',
      '3  2026-01-17  default 12  68,012  0.688 0.563   0.750 0.500  not promoted',
      '   not promoted: on 512 plays that neither had seen it was worse than 2 (log-loss for a mix +0.012, 95 % 0.004 to 0.020)',
      '2  2026-01-16  default 1   68,012  0.738 0.563   0.800 0.500  serves',
      '1  2026-01-15               1,200            –             –',
      '',
    ])
  })

  it('tells of versions that are not what a training should make', async () => {
    const folder = await invent()
    const store = await openStore(`file:${folder}`, { now: () => NOW })
    const { models: versions } = openLibrary(store, folder, () => NOW, 'UTC')
    await versions.save(1, FILES, report(0.7, { cut: 'stopped' }), { serve: true })
    await versions.save(1, FILES, report(0.7, { cut: 'diverged' }), { serve: true })
    const old = JSON.stringify({ version: 1, at: NOW, sha256: 'ab', training: null })
    await store.write([{ update: 'models', set: { manifest: old }, where: { version: 1 } }])
    await store.close()
    const { stdout } = await models([], 120, folder)
    expect(stdout).toMatch(/^6 .* serves\n {3}its loss became infinite; this is the best until then\n5 /m)
    expect(stdout).toMatch(/^5 .*\n {3}its training was stopped early\n3 /m)
    expect(stdout).toMatch(
      /^1 .* cannot be read\n• What cannot be read was made by another version of deepcuts\./m,
    )
  })

  it('marks a version that should serve but is damaged, and says what to do, with others and alone', async () => {
    const folder = await invent()
    writeFileSync(join(folder, 'models/2/model.json'), '{}')
    const { stdout } = await models(['--quiet'], 120, folder)
    expect(stdout).toMatch(/^2 .* damaged$/m)
    expect(stdout).not.toContain(' serves')
    const advice =
      'it should serve, but the checksum of its file model.json is wrong: "deepcuts train" makes a new one'
    const words = stdout.replace(/\s+/g, ' ')
    expect(words).toContain(`${advice}, and "deepcuts models use" takes another 1 `)
    writeFileSync(join(folder, 'models/4/model.json'), '{}')
    const alone = await cli.run(['models', '--listener', 'bo', '--data', folder], { env: { COLUMNS: '120' } })
    expect(alone.stdout).toContain(`${advice}\n`)
  })

  it('explains the numbers, and not with --quiet', async () => {
    expect((await models()).stdout).toContain('The numbers are AUC (0.5 is a coin')
    expect((await models(['--quiet'])).stdout).not.toContain('AUC')
  })

  it.each([40, 60, 80, 120])('says the same within %i columns', async (width) => {
    const { stdout } = await models([], width)
    expect(stdout.split('\n').filter((line) => line.length > width)).toEqual([])
    const words = stdout.replace(/\s+/g, ' ')
    for (const told of [
      '2026-01-16',
      'default 12',
      '68,012',
      '0.738 0.563',
      '0.800 0.500',
      'serves',
      '+0.012',
    ])
      expect(words).toContain(told)
    expect(/^3 {2}2026/m.test(stdout)).toBe(true)
  })

  it('gives the whole manifests with --json', async () => {
    const document = await cli.json(['models', '--listener', 'ada', '--data', data])
    expect(document).toMatchObject({
      listener: 'ada',
      models: [
        { version: 3, parent: 2, active: false, readable: true, training: { promotion: WORSE } },
        { version: 2, parent: 1, active: true, at: NOW + DAY, sha256: { 'model.onnx': expect.any(String) } },
        { version: 1, active: false, training: { finishes: 900 } },
      ],
    })
  })

  it('says where nothing was learned yet', async () => {
    const folder = mkdtempSync(join(cli.folder, 'data-'))
    const store = await openStore(`file:${folder}`, { now: () => NOW })
    await take(
      openLibrary(store, folder, () => NOW, 'UTC'),
      [play(TIDE, NOW)],
    )
    await store.close()
    expect(await models([], 80, folder)).toMatchObject({
      status: 0,
      stdout: 'Nothing has been learned about ada yet. Begin with "deepcuts train".\n',
    })
    const refused = await models(['rollback'], 80, folder)
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('or "deepcuts train" once plays are imported'),
    })
  })

  it('refuses what it cannot do, and says what is missing', async () => {
    for (const [args, told] of [
      [['undo'], '"undo" is not something models can do'],
      [['use'], 'Which version to use is missing'],
      [['rollback', '2'], '"rollback" takes no version'],
      [['use', 'new'], 'The version is new, but it must be a whole number of at least 1'],
      [['use', '4'], 'no model version 4. The versions there are: 3, 2, 1.'],
    ] as const)
      expect(await models(args)).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringContaining(told),
      })
    const { stdout } = await cli.run(['models', 'use', '9', '--listener', 'bo', '--data', data, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'UNKNOWN_MODEL' } })
  })
})

describe('the models of everybody', () => {
  const everybodys = (args: readonly string[], folder = data, community = 'on') =>
    cli.run(['models', ...args, '--everybody', '--data', folder], {
      env: { COLUMNS: '120', DEEPCUTS_COMMUNITY: community },
    })

  it('are among nobody’s own, listed and chosen with --everybody, and not told while the community is off', async () => {
    const folder = await invent()
    const store = await openStore(`file:${folder}`, { now: () => NOW })
    const kept = openLibrary(store, folder, () => NOW, 'UTC').models
    for (const _ of [5, 6]) await kept.save(0, FILES, report(0.7), { serve: true })
    await store.close()
    expect((await models(['--quiet'], 120, folder)).stdout).not.toMatch(/^[56] /m)
    expect((await everybodys(['--quiet'], folder)).stdout).toMatch(/^6 .* serves\n5 .*\n$/m)
    expect((await everybodys(['use', '5'], folder)).stdout).toMatch(
      /^Model 5 serves everybody now, in place of 6/,
    )
    expect((await everybodys(['rollback'], folder)).stdout).toMatch(
      /^Model 6 serves everybody again, in place of 5\.\n.*"deepcuts models use 5 --everybody"/,
    )
    expect(await everybodys(['use', '2'], folder)).toMatchObject({ status: 2 })
    const off = await everybodys([], folder, 'off')
    expect(off).toMatchObject({ status: 2, stdout: '' })
    expect(off.stderr).toContain('DEEPCUTS_COMMUNITY=on')
    const both = await everybodys(['--listener', 'ada'], folder)
    expect(both).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('models use and models rollback', () => {
  it('choose what serves, step by step, and tell it', async () => {
    const folder = await invent()
    const said = async (...args: string[]) => (await models(args, 120, folder)).stdout
    expect(await said('use', '3')).toMatch(/^Model 3 serves ada now, in place of 2\.\nNext: /)
    expect(await said('use', '3')).toBe('Model 3 serves ada already.\n')
    expect(await said('--quiet')).toMatch(/^3 .* serves\n2 /m)
    expect(await said('rollback')).toMatch(
      /^Model 2 serves ada again, in place of 3\.\n.*"deepcuts models use 3"/,
    )
    expect(await said('rollback', '--quiet')).toBe('Model 1 serves ada again, in place of 2.\n')
    expect(await models(['rollback'], 80, folder)).toMatchObject({ status: 2, stdout: '' })
    const of = ['--listener', 'ada', '--data', folder]
    expect(await cli.json(['models', 'use', '2', ...of])).toEqual({ listener: 'ada', version: 2, from: 1 })
    expect(await cli.json(['models', 'use', '3', ...of])).toMatchObject({ version: 3, from: 2 })
    rmSync(join(folder, 'models/2/model.onnx'))
    expect(await models(['use', '2'], 80, folder)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('version 2 is damaged'),
    })
    expect(await said('rollback', '--quiet')).toBe(
      'Model 1 serves ada again, in place of 3.\n• Passed over, for they cannot serve any more: 2.\n',
    )
  })
})
