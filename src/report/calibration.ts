import type { Estimate } from '../metrics/interval.ts'
import { groupedShare } from '../metrics/proportion.ts'
import { type Judged, OURS } from './rows.ts'

const BINS = 10

/** The plays whose probability lies in `from … to`: what was foreseen of them on average, and what share was finished. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly n: number
  readonly foreseen: number
  readonly finished: Estimate
}

/** Our plays in ten bins of equal width, empty ones left out; intervals by sitting. */
export function reliabilityBins({ label, sitting, predictions }: Judged): ReliabilityBin[] {
  const p = predictions[OURS]!
  const members = Array.from({ length: BINS }, (): number[] => [])
  p.forEach((probability, i) => {
    members[Math.min(Math.floor(probability * BINS), BINS - 1)]!.push(i)
  })
  return members.flatMap((rows, bin) =>
    rows.length === 0
      ? []
      : {
          from: bin / BINS,
          to: (bin + 1) / BINS,
          n: rows.length,
          foreseen: rows.reduce((sum, i) => sum + p[i]!, 0) / rows.length,
          finished: groupedShare(
            rows.map((i) => label[i]!),
            rows.map((i) => sitting[i]!),
          ),
        },
  )
}
