import { type KinshipSources, kinshipWith, relatives } from './candidates/kinship.ts'
import { indexPlaylists } from './collaborative/playlist-index.ts'
import { logWithout } from './collaborative/playlist-log.ts'
import { playlistSignals } from './collaborative/playlist-signals.ts'
import { breathe } from './core/breathe.ts'
import type { Progress } from './core/progress.ts'
import { type Random, random } from './core/random.ts'
import type { Engine, Shelves } from './engine.ts'
import { CONTINUATION, meanScores, trainContinuation } from './learn/continuation.ts'
import { chooseShare, type JudgedPlaylist, LEAST_PLAYLISTS } from './learn/continuation-choice.ts'
import { type ContinuationExample, exampleOf } from './learn/continuation-examples.ts'
import { continuationFiles } from './learn/continuation-files.ts'
import { type LibraryPlaylists, libraryPlaylists, shownStays } from './learn/continuation-library.ts'
import type { PlaylistPart } from './learn/train.ts'
import type { Catalog } from './library/catalog.ts'
import { EVERYBODY } from './library/kept-library.ts'
import type { ListenerRow } from './library/listeners.ts'
import { groupsWith, type Playlists } from './library/playlists.ts'
import { affinity } from './rank/affinity.ts'

/** A playlist with fewer tracks is too short to show a part and foresee the rest. */
const LEAST_TRACKS = 10
/** Playlists that are learned from and judged by, at most. */
const MOST_PLAYLISTS = 240
const FOLDS = 4
/** Candidates of a playlist at most, drawn evenly: every one is described, and kept until the end. */
const MOST_TRACKS = 3000
/** Tracks that are shown of a playlist, in turn; of a shorter one half. */
const SHOWN = [5, 10, 25]
const RANKER = { ...CONTINUATION, heads: 4, steps: 200 }

/** A playlist with a part withheld: what both rankers are asked, and what they should have said. */
interface Case {
  readonly fold: number
  readonly signals: Float32Array
  readonly kinship: Float64Array
  readonly wanted: ReadonlySet<number>
  readonly example: ContinuationExample | undefined
}

/**
 * Learns to continue playlists like those that a listener can see, judged by their withheld parts beside kinship; see `chooseShare`. With too few
 * playlists nothing is learned.
 * @throws the signal's reason
 */
export async function learnToContinue(
  engine: Engine,
  { id }: Pick<ListenerRow, 'id'>,
  seed: number,
  progress: Progress,
  signal?: AbortSignal,
): Promise<PlaylistPart> {
  const shelves = await engine.shelves()
  const history = await libraryPlaylists(engine.library.store, shelves.catalog, [EVERYBODY, id])
  const rng = random(`${seed}/continuation`)
  const long = [...history.rows.keys()].filter((p) => history.rows[p]!.length >= LEAST_TRACKS)
  if (long.length < LEAST_PLAYLISTS) return { choice: { share: 0, playlists: long.length }, files: {} }
  const asked = rng.shuffle(long).slice(0, MOST_PLAYLISTS)
  const cases: Case[] = []
  progress.stage('Describing playlists', asked.length, 'playlists')
  for (let fold = 0; fold < FOLDS; fold++) {
    const withheld = asked.filter((_, at) => at % FOLDS === fold)
    for await (const one of casesOf(history, shelves, withheld, fold, rng)) {
      cases.push(one)
      progress.at(cases.length)
      await breathe(signal)
    }
  }
  const train = (wanted: (one: Case) => boolean, name: string) =>
    trainContinuation(
      cases.flatMap((one) => (one.example && wanted(one) ? [one.example] : [])),
      RANKER,
      rng.fork(name),
      progress,
      signal,
    )
  const judged: JudgedPlaylist[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const ranker = await train((one) => one.fold !== fold, `fold ${fold}`)
    for (const one of cases.filter((other) => other.fold === fold))
      judged.push({ ...one, trained: await meanScores(ranker, one.signals) })
    await ranker.close()
  }
  const choice = chooseShare(judged, rng.fork('choice'))
  if (choice.share === 0) return { choice, files: {} }
  const ranker = await train(() => true, 'all')
  await ranker.close()
  return { choice, files: continuationFiles({ ranker: ranker.stored, share: choice.share }) }
}

async function* casesOf(
  history: LibraryPlaylists,
  shelves: Shelves,
  withheld: readonly number[],
  fold: number,
  rng: Random,
): AsyncGenerator<Case> {
  const { log, content, names, day, rows } = history
  const out = new Set(withheld)
  const index = await indexPlaylists({ log: logWithout(log, out), content, names, day })
  const playlists = playlistsWithout(rows, out, shelves.catalog)
  const sources: KinshipSources & Shelves = { ...shelves, playlists }
  for (const [at, p] of withheld.entries()) {
    const list = rows[p]!
    const most = SHOWN[at % SHOWN.length]!
    const shown = list.slice(0, most <= list.length / 2 ? most : Math.floor(list.length / 2))
    const later = new Set(list.slice(shown.length))
    const taken = new Set(shown)
    const found = rng.shuffle(relatives(shown, sources).filter((row) => !taken.has(row)))
    const tracks = Uint32Array.from(found.slice(0, MOST_TRACKS))
    if (tracks.length === 0) continue
    const kinship = kinshipWith(shown, sources)
    const place = new Map(Array.from(tracks, (row, i) => [row, i]))
    const signals = playlistSignals(index, { name: names[p]!, stays: shownStays(shown, day) }, tracks)
    yield {
      fold,
      signals,
      kinship: Float64Array.from(tracks, (row) => affinity(kinship(row))),
      wanted: new Set(Array.from(later, (row) => place.get(row) ?? -1 - row)),
      example: exampleOf(
        signals,
        [...tracks.keys()],
        (i) => later.has(tracks[i]!),
        (i) => playlists.on(tracks[i]!).length > 0,
        RANKER.length,
        rng,
      ),
    }
  }
}

function playlistsWithout(
  rows: readonly (readonly number[])[],
  out: ReadonlySet<number>,
  catalog: Catalog,
): Playlists {
  const kept = rows.filter((_, p) => !out.has(p))
  const offsets = new Int32Array(kept.length + 1)
  for (const [p, list] of kept.entries()) offsets[p + 1] = offsets[p]! + list.length
  const row = Int32Array.from(kept.flat())
  return {
    size: kept.length,
    offsets,
    row,
    owner: new Int32Array(kept.length),
    on: groupsWith(row, offsets, catalog.size),
  }
}
