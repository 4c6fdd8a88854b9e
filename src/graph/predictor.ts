import { compile } from './compile.ts'
import { type Batch, openSession, type RunSettings, sizesOf } from './session.ts'
import type { Tensor, Values } from './tensor.ts'

/** A model that predicts. */
export interface Predictor {
  /** The outputs by name. @throws GraphError when the batch does not fit the inputs */
  run(batch: Batch): Promise<Record<string, Values>>
  close(): Promise<void>
}

/**
 * The ONNX file that computes `outputs` with these parameters, dropout off. Any ONNX runtime runs it.
 * The same definition and parameters give the same bytes.
 * @throws GraphError when a parameter is missing or has another size, or an output is called like an input or a parameter
 */
export function inferenceModel(
  outputs: Readonly<Record<string, Tensor>>,
  parameters: Readonly<Record<string, Values>>,
): Uint8Array {
  return compile(outputs, { kind: 'constants', values: parameters }, false).bytes
}

/** Opens an ONNX file made by `inferenceModel`. @throws GraphError when ONNX Runtime refuses it */
export async function openModel(bytes: Uint8Array, settings: RunSettings = {}): Promise<Predictor> {
  const session = await openSession(bytes, settings)
  return {
    run: async (batch) => session.run(batch, sizesOf(session.inputs, batch)),
    close: () => session.close(),
  }
}
