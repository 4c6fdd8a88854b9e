import { reliabilityBins as binsOf, type ReliabilityBin } from '../learn/reliability.ts'
import { type Judged, OURS } from './rows.ts'

export type { ReliabilityBin } from '../learn/reliability.ts'

/** Our plays in ten bins of equal width, empty ones left out; intervals by sitting. */
export function reliabilityBins({ label, sitting, predictions }: Judged): ReliabilityBin[] {
  return binsOf(predictions[OURS]!, label, sitting)
}
