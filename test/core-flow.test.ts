import { expect, test } from 'vitest'
import type { ScoredCandidate } from '../src/core/candidate.ts'
import { flowCost, keyDistance, tempoDistance } from '../src/core/flow.ts'

const [C, D_FLAT, G, F_SHARP, A, E_FLAT] = [0, 1, 7, 6, 9, 3]
const major = (key: number) => ({ key, mode: 1 })
const minor = (key: number) => ({ key, mode: 0 })

test('half and double time are the same tempo, and √2 is the farthest', () => {
  expect(tempoDistance(70, 140)).toBeCloseTo(0, 12)
  expect(tempoDistance(160, 40)).toBeCloseTo(0, 12)
  expect(tempoDistance(100, 100 * Math.SQRT2)).toBeCloseTo(1, 12)
  expect(tempoDistance(100, 100 * 2 ** 0.25)).toBeCloseTo(0.5, 12)
  expect(tempoDistance(172, 90)).toBeCloseTo(tempoDistance(90, 172), 12)
})

test('keys are as far apart as on the Camelot wheel', () => {
  expect(keyDistance(major(C), major(C))).toBe(0)
  expect(keyDistance(major(C), major(G))).toBeCloseTo(1 / 7)
  expect(keyDistance(major(C), minor(A))).toBeCloseTo(1 / 7)
  expect(keyDistance(major(C), major(F_SHARP))).toBeCloseTo(6 / 7)
  expect(keyDistance(major(C), minor(E_FLAT))).toBe(1)
  expect(keyDistance(major(C), major(D_FLAT))).toBeCloseTo(5 / 7)
})

test('what is unknown costs nothing', () => {
  expect(keyDistance({ key: -1, mode: 1 }, major(F_SHARP))).toBe(0)
  expect(keyDistance({ key: 6 }, major(C))).toBe(0)
  for (const nothing of [undefined, 0, -3, Number.NaN]) expect(tempoDistance(nothing, 100)).toBe(0)
  const bare: ScoredCandidate = {
    row: 0,
    sources: [],
    trackId: 1,
    artist: 1,
    familiarity: 'new',
    likability: 0.5,
    scores: [],
  }
  const cost = flowCost({ tempo: 1, key: 1, energy: 1 })
  expect(cost(undefined, { ...bare, tempo: 100 })).toBe(0)
  expect(cost(bare, { ...bare, tempo: 100, key: 1, mode: 0, energy: 1 })).toBe(0)
  expect(cost({ ...bare, energy: Number.NaN }, { ...bare, energy: 1 })).toBe(0)
})

test('the cost is the weighted sum of the three jumps, the same both ways', () => {
  const calm: ScoredCandidate = {
    row: 0,
    sources: [],
    trackId: 1,
    artist: 1,
    familiarity: 'new',
    likability: 0.5,
    scores: [],
    tempo: 100,
    ...major(C),
    energy: 0.2,
  }
  const wild = { ...calm, tempo: 100 * Math.SQRT2, ...minor(E_FLAT), energy: 0.7 }
  const cost = flowCost({ tempo: 2, key: 3, energy: 4 })
  expect(cost(calm, wild)).toBeCloseTo(2 + 3 + 4 * 0.5, 12)
  expect(cost(wild, calm)).toBeCloseTo(cost(calm, wild), 12)
  expect(cost(calm, calm)).toBe(0)
})
