import type { Label } from '../core/labels.ts'
import { type Encoder, encodeRows } from '../features/encoder.ts'
import { FEATURE_COUNT, FEATURE_INDEX } from '../features/feature-names.ts'
import { openModel } from '../graph/index.ts'
import type { HeadLogits, LikabilityModel } from './likability.ts'
import type { Platt } from './platt.ts'

/** A trained ensemble: an ONNX file and what stands before and behind it. */
export interface Ensemble {
  readonly heads: number
  readonly labels: readonly Label[]
  readonly encoder: Encoder
  /** Of the log-odds of a finish, fitted on held-out plays, with and without knowledge of the sitting. */
  readonly calibration: { readonly rolling: Platt; readonly frozen: Platt }
  /** Reads `x` [batch, inputs], writes for each label [heads, batch, 1] log-odds. */
  readonly onnx: Uint8Array
}

/** A likability model that holds native memory until it is closed. */
export interface OpenLikabilityModel extends LikabilityModel {
  close(): Promise<void>
}

/** Rows that go through the network together: more only costs memory. */
const ROWS_A_RUN = 1024

/** Opens an ensemble for predicting. @throws GraphError when ONNX Runtime refuses the file */
export async function openEnsemble(stored: Ensemble): Promise<OpenLikabilityModel> {
  const { heads, labels, encoder, calibration } = stored
  const network = await openModel(stored.onnx)
  return {
    heads,
    async logits(raw) {
      const n = raw.length / FEATURE_COUNT
      const found = Object.fromEntries(labels.map((label) => [label, new Float64Array(n * heads)]))
      for (let from = 0; from < n; from += ROWS_A_RUN) {
        const to = Math.min(from + ROWS_A_RUN, n)
        const x = encodeRows(encoder, raw.subarray(from * FEATURE_COUNT, to * FEATURE_COUNT))
        const outputs = await network.run({ x })
        for (const label of labels) transposeInto(found[label]!, outputs[label]!, { from, to, heads })
      }
      const finish = found.finish!
      for (let row = 0; row < n; row++) {
        const noSitting = raw[row * FEATURE_COUNT + FEATURE_INDEX.noSitting] === 1
        const { a, b } = noSitting ? calibration.frozen : calibration.rolling
        for (let at = row * heads; at < (row + 1) * heads; at++) finish[at] = a * finish[at]! + b
      }
      return found as HeadLogits
    },
    close: () => network.close(),
  }
}

/** [heads, rows] of one run → rows × heads of all. */
function transposeInto(
  all: Float64Array,
  run: ArrayLike<number>,
  { from, to, heads }: { readonly from: number; readonly to: number; readonly heads: number },
): void {
  for (let h = 0; h < heads; h++)
    for (let row = from; row < to; row++) all[row * heads + h] = run[h * (to - from) + row - from]!
}
