import { count, type Initializer } from './tensor.ts'

/** All 0. */
export function zeros(shape: readonly number[]): number[] {
  return new Array<number>(count(shape)).fill(0)
}

/** All 1. */
export function ones(shape: readonly number[]): number[] {
  return new Array<number>(count(shape)).fill(1)
}

/** Uniform in ±bound. */
export function uniform(bound: number): Initializer {
  return (shape, random) => zeros(shape).map(() => (2 * random.next() - 1) * bound)
}

/** Normal around 0 with a standard deviation. */
export function normal(deviation: number): Initializer {
  return (shape, random) => zeros(shape).map(() => random.normal() * deviation)
}
