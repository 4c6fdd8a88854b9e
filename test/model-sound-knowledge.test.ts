import { expect, test } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { principalComponents, project } from '../src/model/principal-components.ts'
import { learnSound, type SoundLessons } from '../src/model/sound-knowledge.ts'

/** Tracks of two genres, told by the sign of the product of two inputs; a third input says nothing. */
function twoGenres(n: number): SoundLessons {
  const rng = random(`two genres ${n}`)
  const inputs = Float32Array.from({ length: 3 * n }, () => 2 * rng.next() - 1)
  const of = (i: number) => (inputs[3 * i]! * inputs[3 * i + 1]! > 0 ? 1 : 0)
  return {
    n,
    inputs,
    d: 3,
    labels: Array.from({ length: n }, (_, i) => Uint16Array.of(of(i))),
    weights: Float32Array.of(1, 1),
    kinds: Uint8Array.of(0, 0),
    told: new Uint8Array(n).fill(1),
    kindCount: 1,
    numbers: new Float32Array(n).fill(Number.NaN),
    numberCount: 1,
  }
}

test('networks hear the genres of a catalog in tracks they never met, and the same seed hears the same', async () => {
  const lessons = twoGenres(450)
  const fresh = twoGenres(200)
  const hear = async () => {
    const knowledge = (await learnSound(lessons, random(3), silent))!
    const heard = await knowledge.hear(fresh.inputs)
    await knowledge.close()
    return { heard, width: knowledge.width }
  }
  const { heard, width } = await hear()
  expect(width).toBe(2)
  const first = Array.from({ length: 200 }, (_, i) => heard[i * width]!)
  const mean = (genre: number) => {
    const own = first.filter((_, i) => fresh.labels[i]![0] === genre)
    return own.reduce((sum, value) => sum + value, 0) / own.length
  }
  const middle = (mean(0) + mean(1)) / 2
  const sign = Math.sign(mean(1) - mean(0))
  const right = first.filter(
    (value, i) => Math.sign(value - middle) * sign > 0 === (fresh.labels[i]![0] === 1),
  )
  expect(right.length / 200).toBeGreaterThan(0.85)
  expect((await hear()).heard).toEqual(heard)
})

test('an abort stops the learning', async () => {
  const stop = new AbortController()
  const progress = { ...silent, at: () => stop.abort(new Error('stopped by hand')) }
  await expect(learnSound(twoGenres(300), random(1), progress, stop.signal)).rejects.toThrow('by hand')
})

test('where every training diverges there is no knowledge, rather than a broken one', async () => {
  const lessons = twoGenres(100)
  const broken = { ...lessons, inputs: lessons.inputs.map((value) => value * 3e38) }
  expect(await learnSound(broken, random(1), silent)).toBeUndefined()
})

test('the first principal component is the line along which points lie, the second what is left', () => {
  const rng = random(5)
  const X = new Float32Array(2 * 200)
  for (let i = 0; i < 200; i++) {
    const [along, across] = [10 * rng.normal(), rng.normal()]
    X[2 * i] = 7 + (along * 3 - across * 4) / 5
    X[2 * i + 1] = -2 + (along * 4 + across * 3) / 5
  }
  const found = principalComponents(X, 2, 2, random(1))
  const [a, b, c, d] = found.directions
  expect(Math.abs(a! / b!)).toBeCloseTo(3 / 4, 1)
  expect(a! * c! + b! * d!).toBeCloseTo(0, 10)
  const along = project(found, X).filter((_, i) => i % 2 === 0)
  expect(along.reduce((sum, value) => sum + value, 0) / 200).toBeCloseTo(0, 3)
  expect(Math.sqrt(along.reduce((sum, value) => sum + value * value, 0) / 200)).toBeGreaterThan(8)
})

test('directions without any spread are 0, not NaN', () => {
  const X = Float32Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? i : 1))
  const { directions } = principalComponents(X, 3, 3, random(1))
  expect(directions.every(Number.isFinite)).toBe(true)
})
