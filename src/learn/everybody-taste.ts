import type { Progress } from '../core/progress.ts'
import { random } from '../core/random.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { LEAST_LISTENERS } from '../library/community.ts'
import type { Library } from '../library/library.ts'
import { readPlaylists } from '../library/playlists.ts'
import { type TasteCheckpoint, tasteFiles } from '../taste/taste-checkpoint.ts'
import { openTaste } from '../taste/taste-model.ts'
import type { Everybody, Parts } from './everybody-data.ts'
import { itemContent, itemNames, sequencesOf } from './everybody-sequences.ts'
import { estimated, type TasteChoice } from './taste-choice.ts'
import { type LeftOut, leaveOut, ndcgOf, tasteScores } from './taste-left-out.ts'
import type { TasteData } from './taste-lesson.ts'
import { refreshTaste, TASTE_NAME, trainTaste } from './taste-train.ts'

/** The name of the files of the taste model that saw nothing of those left out. */
export const HELD_OUT_TASTE = 'held-out-taste'

/** A taste model of everybody, and the same without those who are left out. */
export interface TastePair {
  readonly taste: TasteCheckpoint
  readonly heldOut: TasteCheckpoint
}

/** What came of the taste part of a training. */
export interface EverybodyTaste {
  readonly choice: TasteChoice
  /** Absent where nothing is better than what is popular. */
  readonly pair?: TastePair
  readonly cut?: 'stopped'
}

/** Logs and playlists, the listeners' own and those of catalogs, as the taste model learns from them; the logs first, in the order of `people`. */
export async function tasteDataOf(
  library: Library,
  { catalog, people }: Everybody,
  scale: AudioScale,
): Promise<TasteData> {
  const logs = people.map(({ log }) => log)
  const playlists = await readPlaylists(library.store, catalog)
  return {
    sequences: sequencesOf(catalog, logs, { playlists, listeners: people.map(({ listener }) => listener) }),
    content: itemContent(catalog, scale),
    names: itemNames(catalog),
  }
}

/** The owners of whom no held-out model of a training learns. */
export function unseenOwners({ leftOut, validators }: Parts): ReadonlySet<number> {
  return new Set([...leftOut, ...validators].map(({ listener }) => listener.id))
}

/** Trains the taste model; when it is stopped there is none, and what was learned before is kept. @throws TRAINING_DIVERGED */
export async function tasteOf(
  data: TasteData,
  parts: Parts,
  seed: number,
  progress: Progress,
  signal?: AbortSignal,
): Promise<EverybodyTaste> {
  try {
    const settings = { seed, fans: LEAST_LISTENERS, leaveOut: unseenOwners(parts) }
    const { choice, trained, heldOut } = await trainTaste(data, settings, progress, signal)
    await trained?.model.close()
    return { choice, ...(trained && heldOut && { pair: { taste: trained.checkpoint, heldOut } }) }
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error
    const nothing = { taught: 0, leftOut: 0 }
    const sentence = 'not chosen: the training was stopped before it was found.'
    const choice = { chosen: 'popularity', listeners: nothing, trials: [], beside: [], sentence } as const
    return { choice, cut: 'stopped' }
  }
}

/**
 * Goes on with a taste model of everybody. Unless its held-out twin is worse for it on those who are left out (the whole paired 95 % interval of
 * NDCG@20 below 0), both go on; else both stay as they were.
 * @throws the signal's reason, TRAINING_DIVERGED
 */
export async function refreshedTaste(
  before: TastePair,
  choice: TasteChoice,
  data: TasteData,
  parts: Parts,
  seed: number,
  progress: Progress,
  signal?: AbortSignal,
): Promise<EverybodyTaste> {
  const unseen = unseenOwners(parts)
  const rng = random(`${seed}/taste refresh`)
  const leftOut = leaveOut(data.sequences, rng, unseen)
  const settings = { seed, fans: LEAST_LISTENERS }
  const next = await refreshTaste(before.heldOut, data, { ...settings, leaveOut: unseen }, progress, signal)
  await next.model.close()
  const [old, now] = [
    await judged(before.heldOut, data, leftOut),
    await judged(next.checkpoint, data, leftOut),
  ]
  const difference = estimated(
    now.map((value, at) => value - old[at]!),
    rng,
  )
  const kept = !(difference.ci95[1] < 0)
  const refreshed = { listeners: leftOut.judged.length, difference, kept }
  const said = { ...choice, refreshed }
  if (!kept) return { choice: said, pair: before }
  const full = await refreshTaste(before.taste, data, settings, progress, signal)
  await full.model.close()
  return { choice: said, pair: { taste: full.checkpoint, heldOut: next.checkpoint } }
}

async function judged(checkpoint: TasteCheckpoint, data: TasteData, leftOut: LeftOut): Promise<Float64Array> {
  const model = await openTaste(checkpoint)
  try {
    const tracks = await model.embedTracks(data.content, data.names)
    return ndcgOf(leftOut, await tasteScores(model, leftOut.shown, tracks))
  } finally {
    await model.close()
  }
}

/** The files of both. */
export function pairFiles({ taste, heldOut }: TastePair): Readonly<Record<string, Uint8Array>> {
  return { ...tasteFiles(TASTE_NAME, taste), ...tasteFiles(HELD_OUT_TASTE, heldOut) }
}
