import { logWithout } from '../collaborative/playlist-log.ts'
import type { PlaylistHistory } from '../learn/continuation-task.ts'
import { continuationWithheld, playlistFolds } from '../learn/continuation-task.ts'
import { type ContenderOptions, contend, judgeContenders } from './playlists-contenders.ts'
import type { ContinuationValues } from './playlists-judge.ts'

/** How many tracks of a withheld playlist are shown. */
const SEEDS = [1, 5, 10, 25]

/** One playlist of so many is withheld. */
const FOLDS = 5
/** Parts of the other playlists, each withheld once for the ranker to learn from. */
const PARTS = 8
/** Shown tracks where settings are chosen. */
const TUNING_SEEDS = 10

export const WITHHELD =
  'A fifth of the playlists, drawn at random, is withheld from all models. The first k tracks of each (by date, then as in the file) are shown, and its ' +
  'other tracks ever are to be foreseen, as far as they are on some other playlist, as in the RecSys Challenge 2018 (Zamani et al., ' +
  'arXiv 1810.01520), whose metrics these are: clicks is how often ten other tracks must be asked for before one fits, 51 when none of 500 does; ' +
  'artistRPrecision gives a quarter for an artist that is right. Settings are chosen, and ours is trained, by withholding among the other playlists.'

/** What came out of withholding, of every contender. */
interface WithheldValues {
  readonly playlists: number
  /** Tracks of withheld playlists that are on no other one, and are left out. */
  readonly unknownTracks: number
  /** Shown tracks → values of the contenders. */
  readonly values: Readonly<Record<string, readonly ContinuationValues[]>>
}

/** Judges how well playlists that nobody has seen are continued from their first tracks; no values where there are fewer than three playlists. */
export async function judgeWithheld(
  { log, content, names }: PlaylistHistory,
  options: ContenderOptions,
): Promise<WithheldValues> {
  const history = { log, content, names }
  const { random, progress, signal } = options
  const [withheld] = playlistFolds(log, FOLDS, random.fork('withheld')) as [ReadonlySet<number>]
  const known = { ...history, log: logWithout(log, withheld) }
  const others = new Set(known.log.track)
  const unknown = new Set(
    [...log.track].filter((track, row) => withheld.has(log.playlist[row]!) && !others.has(track)),
  )
  const training = playlistFolds(known.log, PARTS, random.fork('parts'))
    .map((part, at) => continuationWithheld(known, part, SEEDS[at % SEEDS.length]!))
    .filter(({ cases }) => cases.length > 0)
  const [held] = playlistFolds(known.log, FOLDS, random.fork('validation')) as [ReadonlySet<number>]
  const validation = [TUNING_SEEDS, 1]
    .map((seeds) => continuationWithheld(known, held, seeds))
    .find(({ cases }) => cases.length > 0)
  const tasks = SEEDS.map((seeds) => continuationWithheld(history, withheld, seeds))
  if (!validation || training.length === 0 || tasks.every(({ cases }) => cases.length === 0))
    return { playlists: withheld.size, unknownTracks: unknown.size, values: {} }

  const contenders = await contend(training, validation, options)
  const values: Record<string, ContinuationValues[]> = {}
  progress.stage('Judging withheld playlists', SEEDS.length)
  for (const [at, task] of tasks.entries()) {
    if (task.cases.length > 0) values[SEEDS[at]!] = await judgeContenders(contenders, task, signal)
    progress.at(at + 1)
  }
  await contenders.continuation.close()
  return { playlists: withheld.size, unknownTracks: unknown.size, values }
}
