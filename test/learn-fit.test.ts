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
    invented = await inventedEngine({ tracks: 200, years: 0.2 })
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
        row: log.row.map((row, i) => (i < to ? row : log.row[0]!)),
        endedAt: log.endedAt.map((at, i) => (i < to ? at : at + 1e9)),
      },
    }
    const [fitted, again] = [
      await fitLikability(data, to, SETTINGS, silent),
      await fitLikability(other, to, SETTINGS, silent),
    ]
    expect(fitted.checkpoint.ensemble.labels).toContain('repeat')
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
      stage: (name: string, total: number) => void (/^training|^going on/.test(name) && steps.push(total)),
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
    // A month on, nearly nothing is known of repeats yet.
    const month = data.log.endedAt.findIndex((at) => at > data.log.endedAt[0]! + 31 * 86_400_000)
    const found = await fitLikability(data, month, SETTINGS, silent)
    expect(found.checkpoint.ensemble.labels).not.toContain('repeat')
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
    // The longest sitting of those to come.
    const { bounds } = cutSittings(data.log)
    const sittings = Array.from(bounds, (bound, s) => [bound, bounds[s + 1] ?? bound] as const)
    const [first, end] = sittings
      .filter(([bound]) => bound >= to)
      .reduce((longest, sitting) => (sitting[1] - sitting[0] > longest[1] - longest[0] ? sitting : longest))
    expect(end - first).toBeGreaterThan(4)
    const endingIn = async (result: typeof FINISH | typeof SKIP) => {
      const outcome = data.log.outcome.map((o, i) => (i >= first && i < end && o !== UNKNOWN ? result : o))
      return foresee({ ...data, log: { ...data.log, outcome } }, to, fitted)
    }
    const [before, after] = [await endingIn(FINISH), await endingIn(SKIP)]
    const known = (until: number) => data.log.outcome.slice(to, until).filter((o) => o !== UNKNOWN).length
    const [frozen, rolling] = (['frozen', 'rolling'] as const).map((view) =>
      [before, after].map((found) => found[view].predictions.deepcuts.slice(0, known(end))),
    )
    expect(frozen![1]).toEqual(frozen![0])
    expect(rolling![1]).not.toEqual(rolling![0])
    const firstOfIt = (p: Float64Array | undefined) => p!.slice(0, known(first) + 1)
    expect(firstOfIt(rolling![1])).toEqual(firstOfIt(rolling![0]))
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
