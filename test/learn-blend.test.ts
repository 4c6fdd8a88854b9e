import { describe, expect, it } from 'vitest'
import { random } from '../src/core/random.ts'
import { type BlendPlays, chooseBlend } from '../src/learn/blend-choice.ts'
import { blendFile, type EverybodyBlend, readBlend } from '../src/learn/everybody-blend.ts'

/** Plays of listeners whose finishes hang on what is named, by so many log-odds a standard deviation; the level of each listener is their own. */
function playsOf(truth: { likability: number; taste: number; linear: number }, people = 60): BlendPlays {
  const rng = random(`blend ${JSON.stringify(truth)}`)
  const each = 30
  const size = people * each
  const column = () => Float64Array.from({ length: size }, () => rng.normal())
  const [likability, taste, linear] = [column(), column(), column()]
  const person = Array.from({ length: size }, (_, row) => Math.floor(row / each))
  const level = Array.from({ length: people }, () => rng.normal())
  const label = person.map((who, row) => {
    const logOdds =
      level[who]! +
      truth.likability * likability[row]! +
      truth.taste * taste[row]! +
      truth.linear * linear[row]!
    return rng.next() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0
  })
  // What the model ranks by has the level of the listener in it, too.
  return {
    person,
    label,
    likability: likability.map((value, row) => value + level[person[row]!]!),
    more: { taste, linear },
  }
}

const choose = (plays: BlendPlays) => chooseBlend(plays, random('bootstrap'))
const bestPart = ({ auc }: ReturnType<typeof choose>) => Math.max(auc.likability!, auc.taste!, auc.linear!)

describe('the weights of what is blended into likability', () => {
  it('follow what listeners finish where the taste matters, and the blend is better than every part of it', () => {
    const found = choose(playsOf({ likability: 1, taste: 1, linear: 0 }))
    expect(found.weights.taste).toBeGreaterThanOrEqual(0.5)
    expect(found.weights.taste).toBeLessThanOrEqual(1.5)
    expect(found.weights.linear).toBeLessThanOrEqual(0.2)
    expect(found.gain!.ci95[0]).toBeGreaterThan(0)
    expect(found.auc.blend).toBeGreaterThan(bestPart(found) + 0.03)
  })

  it('are all 0 where likability alone tells what is finished', () => {
    const found = choose(playsOf({ likability: 1, taste: 0, linear: 0 }))
    expect(found.weights).toEqual({ taste: 0, linear: 0 })
    expect(found.auc.blend).toBeGreaterThan(bestPart(found) - 0.005)
  })

  it('leave next to nothing of the likability where the taste alone tells', () => {
    const found = choose(playsOf({ likability: 0, taste: 1, linear: 0 }))
    expect(found.weights.taste).toBe(3)
    expect(found.auc.blend).toBeGreaterThan(found.auc.likability! + 0.1)
    expect(found.auc.blend).toBeGreaterThan(bestPart(found) - 0.02)
  })

  it('take both where both tell something of their own', () => {
    const { weights, auc } = choose(playsOf({ likability: 0.5, taste: 1, linear: 1 }))
    expect(Math.min(weights.taste!, weights.linear!)).toBeGreaterThan(0.5)
    expect(auc.blend).toBeGreaterThan(Math.max(auc.likability!, auc.taste!, auc.linear!) + 0.05)
  })

  it('are 0 with fewer than five listeners, and read nothing of one who ended all plays alike', () => {
    const plays = playsOf({ likability: 0, taste: 2, linear: 0 }, 4)
    expect(choose(plays)).toEqual({ weights: { taste: 0, linear: 0 }, listeners: 4, plays: 120, auc: {} })
    const more = playsOf({ likability: 0, taste: 2, linear: 0 }, 6)
    const alike = { ...more, label: Array.from(more.label, (one, row) => (more.person[row]! > 3 ? 1 : one)) }
    expect(choose(alike)).toMatchObject({ listeners: 4, plays: 120 })
  })

  it('are kept with a version, and read again unless all are 0', () => {
    const kind = (taste: number) => ({ weights: { taste, linear: 0 }, listeners: 9, plays: 90, auc: {} })
    const blend: EverybodyBlend = { new: kind(0.5), familiar: kind(0) }
    expect(readBlend(blendFile(blend))).toEqual({ new: blend.new.weights, familiar: blend.familiar.weights })
    expect(readBlend(blendFile({ new: kind(0), familiar: kind(0) }))).toBeUndefined()
    expect(readBlend({})).toBeUndefined()
  })
})
