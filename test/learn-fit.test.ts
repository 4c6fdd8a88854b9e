import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FINISH, SKIP, UNKNOWN } from '../src/core/labels.ts'
import { silent } from '../src/core/progress.ts'
import { cutSittings } from '../src/features/sittings.ts'
import { fitLikability, refitLikability } from '../src/learn/fit.ts'
import { foresee } from '../src/learn/foresight.ts'
import { type ListenerData, readListenerData } from '../src/learn/listener-data.ts'
import { PRESETS } from '../src/learn/presets.ts'
import { checkpointFiles } from '../src/model/checkpoint.ts'
import { type InventedEngine, inventedEngine } from './suites/invented-listener.ts'
import { teachToy } from './suites/toy-learner.ts'

const SETTINGS = { preset: { ...PRESETS.nano, heads: 8, epochs: 3 }, seed: 1 }

describe('what is fitted', () => {
  let invented: InventedEngine
  let data: ListenerData
  let to: number
  beforeAll(async () => {
    invented = await inventedEngine({ tracks: 200, years: 0.1 })
    data = await readListenerData(invented.engine.library, 'ada')
    to = Math.floor(data.log.size * 0.8)
  })
  afterAll(() => invented.close())

  /** The data with every play from `first` to `end` ended the other way. */
  const turned = (first: number, end: number): ListenerData => {
    const outcome = data.log.outcome.map((o, i) => (i >= first && i < end && o !== UNKNOWN ? 1 - o : o))
    return { ...data, log: { ...data.log, outcome } }
  }

  it('before a play hangs on nothing from that play on', async () => {
    const { log } = data
    const later = turned(to, log.size).log
    const other: ListenerData = {
      ...data,
      log: {
        ...later,
        row: log.row.map((row, i) => (i < to ? row : log.row[log.size - 1 - (i - to)]!)),
        endedAt: log.endedAt.map((at, i) => (i < to ? at : at + 1e9)),
      },
    }
    const [fitted, again] = [
      await fitLikability(data, to, SETTINGS, silent),
      await fitLikability(other, to, SETTINGS, silent),
    ]
    const files = checkpointFiles('model', fitted.checkpoint)
    for (const [name, bytes] of Object.entries(checkpointFiles('model', again.checkpoint)))
      expect(Buffer.from(bytes).equals(files[name]!), name).toBe(true)
    expect(again.simple).toEqual(fitted.simple)
    expect(again.evaluation).toEqual(fitted.evaluation)
  })

  it('does not learn from the plays that say when to stop, until it goes on with them', async () => {
    const { size } = data.log
    const known = [...data.log.outcome.keys()].filter((i) => data.log.outcome[i] !== UNKNOWN)
    const validation = known[Math.floor(known.length * 0.8)]!
    const steps: number[] = []
    const progress = {
      ...silent,
      stage: (name: string, total: number) => void (name === 'training' && steps.push(total)),
    }
    const fitted = await fitLikability(data, size, SETTINGS, progress)
    const other = await fitLikability(turned(validation, size), size, SETTINGS, silent)
    const curves = [fitted, other].map(({ evaluation: { curve } }) => curve.map(({ training }) => training))
    expect(curves[1]).toEqual(curves[0])
    expect(other.evaluation.curve.at(-1)!.validation).not.toBe(fitted.evaluation.curve.at(-1)!.validation)
    expect(other.evaluation.lines[0]!.logLoss).toBeGreaterThan(fitted.evaluation.lines[0]!.logLoss)
    const batch = Math.max(32, Math.floor(Math.floor(fitted.plays * 0.8) / 10))
    expect(steps).toEqual([
      3 * Math.round((fitted.plays * 0.8) / batch),
      3 * Math.round(fitted.plays / Math.floor(fitted.plays / 10)),
    ])
  })

  it('goes on from what was found, with its labels and slopes, on all plays', async () => {
    const found = await fitLikability(data, to, SETTINGS, silent)
    const all = await refitLikability(data, found, silent)
    expect(all.plays).toBeGreaterThan(found.plays)
    const { ensemble } = all.checkpoint
    expect(ensemble.labels).toEqual(found.checkpoint.ensemble.labels)
    expect(ensemble.encoder).toEqual(found.checkpoint.ensemble.encoder)
    expect(all.checkpoint.audioScale).toEqual(found.checkpoint.audioScale)
    expect(ensemble.calibration.rolling.a).toBe(found.checkpoint.ensemble.calibration.rolling.a)
    expect(all.state.slopes).toEqual(found.state.slopes)
    expect(all.state.parameters).not.toEqual(found.state.parameters)
  })

  it('foresees a play from before its sitting without what happened in it, and play by play with it', async () => {
    const fitted = await fitLikability(data, to, SETTINGS, silent)
    const first = cutSittings(data.log).bounds.findLast((bound) => bound < data.log.size - 4)!
    const endingIn = (end: typeof FINISH | typeof SKIP): ListenerData => {
      const outcome = data.log.outcome.map((o, i) => (i >= first && o !== UNKNOWN ? end : o))
      return { ...data, log: { ...data.log, outcome } }
    }
    const before = await foresee(endingIn(FINISH), to, fitted)
    const after = await foresee(endingIn(SKIP), to, fitted)
    expect(after.frozen.predictions.deepcuts).toEqual(before.frozen.predictions.deepcuts)
    expect(after.frozen.spread).toEqual(before.frozen.spread)
    expect(after.rolling.predictions.deepcuts).not.toEqual(before.rolling.predictions.deepcuts)
    const [rolling, again] = [before, after].map(({ rolling: { predictions } }) => predictions.deepcuts)
    const known = data.log.outcome.slice(to, first).filter((o) => o !== UNKNOWN).length
    expect(again!.slice(0, known + 1)).toEqual(rolling!.slice(0, known + 1))
  })
})

describe('a learner', () => {
  it('weighs each play for each head by its place in the log: elsewhere the heads learn otherwise', async () => {
    const [here, again, elsewhere] = [
      await teachToy(['finish'], 1),
      await teachToy(['finish'], 1),
      await teachToy(['finish'], 1, 1000),
    ]
    expect(again.trained.parameters).toEqual(here.trained.parameters)
    expect(elsewhere.trained.parameters).not.toEqual(here.trained.parameters)
  })
})
