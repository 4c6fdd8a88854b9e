import type { ModelFiles } from '../library/models.ts'
import type { Estimate } from '../metrics/interval.ts'
import { groupedShare } from '../metrics/proportion.ts'
import type { Evaluation } from './evaluation.ts'

/** What an evaluation calls the model itself, beside its baselines. */
const OURS = 'deepcuts'
const BINS = 10

/** The plays whose probability lies in `from … to`: what was foreseen of them on average, and what share was finished. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly n: number
  readonly foreseen: number
  readonly finished: Estimate
}

/** Plays in ten bins of equal width by their probability `p`, empty ones left out; intervals by sitting. @param label 1 = finish */
export function reliabilityBins(
  p: readonly number[],
  label: readonly number[],
  sitting: readonly number[],
): ReliabilityBin[] {
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

/** How what a version foresaw of plays held out compares with what became of them: from before their sittings, as a mix must, and play by play. */
export interface Reliability {
  readonly forMix: readonly ReliabilityBin[]
  readonly playByPlay: readonly ReliabilityBin[]
}

/** The reliability of a version from its files; undefined where nothing was held out. */
export function reliabilityOf(files: ModelFiles): Reliability | undefined {
  const file = files['evaluation.json']
  const { heldOut } = (file ? JSON.parse(Buffer.from(file).toString()) : {}) as Partial<Evaluation>
  if (!heldOut) return undefined
  const { label, sitting, views } = heldOut
  const bins = (view: keyof typeof views) =>
    reliabilityBins(views[view].predictions[OURS] ?? [], label, sitting)
  return { forMix: bins('frozen'), playByPlay: bins('rolling') }
}
