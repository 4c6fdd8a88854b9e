import type { TrainingReport } from '../index.ts'
import type { Context } from './context.ts'
import { whyTrain } from './models.ts'

/** The version that knows all there is to learn already, so that a refresh has nothing to do; undefined where it has. */
export async function upToDate(context: Context, listener: string): Promise<number | undefined> {
  const engine = await context.engine()
  const row = await engine.library.listeners.get(listener)
  const active = await engine.library.models.active(row.id)
  return active && (await whyTrain(engine, row)) === undefined ? active.version : undefined
}

/** How a refresh went, in words. */
export function refreshSentence(refresh: NonNullable<TrainingReport['refresh']>): string {
  if ('full' in refresh)
    return `It trained in full, for there is nothing that a refresh could go on from: ${refresh.full}.`
  return `It went on from model ${refresh.from}, with its preset and seed.`
}
