import { describe, expect, it } from 'vitest'
import { artistRPrecision, clicks, rPrecision } from '../src/metrics/continuation.ts'

describe('the metrics of the RecSys Challenge 2018', () => {
  it('R-precision looks at as many places as there are relevant tracks', () => {
    expect(rPrecision([1, 9, 2, 3], new Set([1, 2, 3]))).toBeCloseTo(2 / 3)
    expect(rPrecision([9, 8], new Set([1]))).toBe(0)
    expect(rPrecision([], new Set())).toBeNaN()
  })

  it('gives a quarter for the artist of a miss, once an artist, and never more than 1', () => {
    const artistOf = (track: number) => (track < 100 ? Math.floor(track / 10) : undefined)
    // 12 and 13 miss by artist 1, of whom 11 is relevant; 55 misses altogether.
    expect(artistRPrecision([12, 13, 55, 11], new Set([11, 21, 31]), artistOf)).toBeCloseTo(0.25 / 3)
    expect(artistRPrecision([11, 22, 31], new Set([11, 21, 31]), artistOf)).toBeCloseTo(2.25 / 3)
    expect(artistRPrecision([11, 21], new Set([11, 21]), artistOf)).toBe(1)
    expect(artistRPrecision([101, 102], new Set([103, 104]), artistOf)).toBe(0)
  })

  it('counts refreshes of ten until the first relevant track, 51 when none of 500 is', () => {
    const list = Array.from({ length: 600 }, (_, at) => at)
    expect(clicks(list, new Set([0]))).toBe(0)
    expect(clicks(list, new Set([9]))).toBe(0)
    expect(clicks(list, new Set([10]))).toBe(1)
    expect(clicks(list, new Set([499]))).toBe(49)
    expect(clicks(list, new Set([500]))).toBe(51)
  })
})
