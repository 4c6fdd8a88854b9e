import type { Estimate } from '../metrics/interval.ts'

/** Fewer sittings than this do not show how much sittings differ. */
const LEAST_SITTINGS = 10

/** The estimate with its interval bootstrapped over sittings; without one (NaN) where they are fewer than ten. */
export function bySitting(sitting: readonly number[], { mean, ci95 }: Estimate): Estimate {
  return { mean, ci95: new Set(sitting).size < LEAST_SITTINGS ? [Number.NaN, Number.NaN] : ci95 }
}
