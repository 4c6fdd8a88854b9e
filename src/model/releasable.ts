import { type Ensemble, type OpenLikabilityModel, openEnsemble } from './ensemble.ts'
import type { LikabilityModel } from './likability.ts'

/** A model whose native memory can be given back while a request still holds it. */
export interface ReleasableModel extends LikabilityModel {
  /** Closes it once no call is under way. Whoever asks it later opens it again, for that call. */
  release(): Promise<void>
}

/** Opens an ensemble that several requests share. @throws GraphError when ONNX Runtime refuses the file */
export async function openReleasable(stored: Ensemble): Promise<ReleasableModel> {
  let opened: Promise<OpenLikabilityModel> | undefined = openEnsemble(stored)
  await opened
  let released = false
  const underWay = new Set<Promise<unknown>>()

  const closeWhenIdle = async () => {
    if (!released || underWay.size > 0) return
    const last = opened
    opened = undefined
    await (await last)?.close()
  }
  const ask = async (raw: Float32Array) => {
    opened ??= openEnsemble(stored)
    return (await opened).logits(raw)
  }
  return {
    heads: stored.heads,
    logits(raw) {
      const call = ask(raw).finally(() => {
        underWay.delete(call)
        return closeWhenIdle()
      })
      underWay.add(call)
      return call
    },
    async release() {
      released = true
      while (underWay.size > 0) await Promise.allSettled(underWay)
      await closeWhenIdle()
    },
  }
}
