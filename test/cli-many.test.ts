import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blendSentences, blendWords } from '../src/cli/blend-words.ts'
import type { Output } from '../src/cli/output.ts'
import { showEverybody } from '../src/cli/train-everybody.ts'
import type { EverybodyReport } from '../src/index.ts'
import { makeListeners } from '../src/world/many-listeners.ts'
import { makeCommandLine } from './suites/cli.ts'

const cli = makeCommandLine()
const world = makeListeners({
  seed: 1,
  listeners: 4,
  tracks: 40,
  events: 60,
  spread: 2,
  now: Date.UTC(2026, 0, 15),
})
beforeAll(() => writeFileSync(join(cli.folder, 'listens.csv'), [...world.table()].join('')))
afterAll(() => cli.remove())

describe('a log of many listeners on the command line', () => {
  it('is refused for one listener, imported for all, and listed as one import of many', async () => {
    const refused = await cli.run(['import', 'listens.csv', '--listener', 'ann'])
    expect(refused).toMatchObject({ status: 2 })
    expect(refused.stderr).toContain('names its own listeners')
    const { imports } = (await cli.json(['import', 'listens.csv'])) as {
      imports: { listeners: unknown[]; listener: string }[]
    }
    expect(imports[0]).toMatchObject({ listener: '', format: 'listens' })
    expect(imports[0]!.listeners).toHaveLength(4)
    expect((await cli.run(['imports'])).stdout).toContain('(many)')
    const doctor = (await cli.run(['doctor'])).stdout
    expect(doctor).toMatch(/plays of 4 listeners(?!;)/)
    const whose = await cli.run(['train'])
    expect(whose).toMatchObject({ status: 2 })
    expect(whose.stderr).toContain('listener 1, listener 2, listener 3, listener 4')
  })

  it('trains a model of everybody only where that is switched on, for all and not for one, with five listeners', async () => {
    expect((await cli.run(['train', '--everybody'])).stderr).toContain('Set DEEPCUTS_COMMUNITY=on')
    const env = { DEEPCUTS_COMMUNITY: 'on' }
    const one = await cli.run(['train', '--everybody', '--listener', 'listener 1'], { env })
    expect(one).toMatchObject({ status: 2 })
    const few = await cli.run(['train', '--everybody'], { env })
    expect(few).toMatchObject({ status: 1 })
    expect(few.stderr).toContain('Of 4 listeners plays are known here, and a model of everybody needs 5')
  })
})

it('what is taken back of many listeners asks for a training on everybody', async () => {
  const folder = makeCommandLine()
  writeFileSync(join(folder.folder, 'listens.csv'), [...world.table()].join(''))
  await folder.run(['import', 'listens.csv'])
  const { stdout } = await folder.run(['imports', 'undo', '1'])
  expect(stdout).toContain('Next: "deepcuts train --everybody", so that the model forgets it too.')
  expect((await folder.run(['doctor'])).stdout).toContain('no plays yet')
  folder.remove()
})

it('a training on everybody tells who it learned from, who counts most, and how it did on those left out', () => {
  const lines: string[] = []
  const say = (text: string) => void lines.push(text)
  const plain = (text: string) => text
  const style = { bold: plain, dim: plain, accent: plain, good: plain, bad: plain }
  const out: Output = {
    ...{ json: false, quiet: false, width: 80, style },
    ...{ say, tell: say, aside: say, warn: say, document: () => {} },
  }
  const score = (auc: number) => ({ auc, logLoss: 0.5, beforeSitting: { auc: auc - 0.02, logLoss: 0.5 } })
  const interval = { mean: -0.004, ci95: [-0.006, -0.002] as const }
  const leftOut = {
    listeners: 45,
    plays: 3700,
    models: [
      { name: 'popularity', ...score(0.53) },
      { name: 'deepcuts', ...score(0.7) },
    ],
    ahead: { logistic: interval, popularity: interval },
  }
  const everybody = { listeners: 300, largestShare: 0.012, leftOut, taste: { sentence: 'Attention pays.' } }
  const report = {
    ...{ version: 7, plays: 90_000, finishes: 60_000, skips: 30_000 },
    ...{ firstPlayAt: Date.UTC(2024, 0, 1), lastPlayAt: Date.UTC(2026, 0, 1), everybody },
  }
  showEverybody(report as unknown as EverybodyReport, { out })
  const told = lines.join('\n')
  expect(told).toContain('Learned from 90,000 of 90,000 plays of 300 listeners, 2024-01-01 to 2026-01-01')
  expect(told).toContain('The one who counts most has 1.2 % of the say.')
  expect(told).toContain('Of 45 listeners it had learned nothing yet.')
  expect(told).toMatch(/what everybody finishes +0\.510 +0\.530/)
  expect(told).toContain('Taste model: Attention pays.')
  expect(told).toContain('it serves whoever has none of their own.')

  lines.length = 0
  const promotion = { promoted: false, against: 6, plays: 900, difference: interval, reason: 'worse' }
  const few = { ...leftOut, listeners: 3, models: [], ahead: null }
  showEverybody(
    { ...report, promotion, everybody: { ...everybody, leftOut: few } } as unknown as EverybodyReport,
    { out },
  )
  const refused = lines.join('\n')
  expect(refused).toContain('This is model 7.')
  expect(refused).toContain('"deepcuts models use 7 --everybody" takes it all the same.')
  expect(refused).toContain('How well it foresees is not told: fewer than five listeners were left out')
})

it('what is blended into the ranking is told with what shows it, in the order of the parts', () => {
  const judged = {
    listeners: 40,
    plays: 900,
    auc: { likability: 0.6, taste: 0.58, linear: 0.55, blend: 0.64 },
  }
  const gain = { mean: 0.04, ci95: [0.01, 0.07] as const }
  const blend = {
    new: { ...judged, weights: { taste: 0.5, linear: 0 }, gain },
    familiar: { weights: { taste: 0, linear: 0 }, listeners: 3, plays: 20, auc: {} },
  }
  const [fresh, known] = blendSentences(blend)
  expect(fresh).toContain(
    'New tracks are ranked by likability and 0.5 of the taste model (AUC within 40 listeners',
  )
  expect(fresh).toContain('likability 0.600, the taste model 0.580, iALS 0.550, blend 0.640')
  expect(known).toContain('Known tracks are ranked by likability alone: 3 listeners')
  expect(blendWords(blend)).toBe(
    'new tracks are ranked by likability and 0.5 of the taste model, known ones are ranked by likability alone',
  )
})
