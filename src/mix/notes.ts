import { POOL_LIMIT, type Slate } from '../core/candidate.ts'
import type { DescribedListener } from '../core/described-listener.ts'
import type { Track } from '../core/track.ts'
import { noveltyOf, type Recipe } from './recipe.ts'

/** What is said about a mix as a whole. */
export interface NoteFacts {
  readonly recipe: Recipe
  readonly listener: DescribedListener
  readonly slate: Slate
  /** How many tracks were asked for, and with which share of new ones. */
  readonly n: number
  readonly novelty?: number
  /** Tracks with a name that the listener does not know. */
  readonly unheard: number
  /** Tracks that stand between two of one artist at least. */
  readonly artistGap: number
  /** Sources that failed. */
  readonly failed: readonly string[]
  /** Whether a trained model scored the mix; absent: it did. */
  readonly trained?: boolean
  /** The tracks of the mix. */
  readonly tracks?: readonly Track[]
}

const DAY = 86_400_000
/** Songs of one artist closer together than this are worth a word. */
const CLOSE_GAP = 3

/** Sentences for the listener: why the mix is short, what gave way, what would help. */
export function notesOn({
  recipe,
  listener,
  slate,
  n,
  novelty,
  unheard,
  artistGap,
  failed,
  trained = true,
  tracks = [],
}: NoteFacts): string[] {
  const notes: string[] = []
  const unknown = recipe.name === 'first' && listener.known.length === 0
  if (!trained || unknown) notes.push(...beginning(listener, tracks, recipe))
  const found = slate.tracks.length
  if (recipe.newTracks && unheard === 0)
    notes.push(
      'Discovery needs a catalog of songs you have not heard: give one with "deepcuts import CATALOG.csv" (any table with artist, title and audio features). Until then your mixes hold what you know.',
    )
  else if (
    recipe.newTracks &&
    noveltyOf(recipe, novelty) > 0 &&
    !slate.pool.some(({ familiarity }) => familiarity === 'new')
  )
    notes.push('No song that is new to you fits this mix; a larger catalog would help.')
  if (recipe.cluster !== undefined && recipe.cluster >= Math.max(listener.clusters, 1))
    notes.push(
      `Your taste shows ${listener.clusters} ${listener.clusters === 1 ? 'corner' : 'corners'} so far, so there is no ${recipe.name}; more history brings more.`,
    )
  else if (found < n) {
    const why = found === POOL_LIMIT ? 'a mix holds no more' : 'no more fit this mix'
    notes.push(found === 0 ? 'No song fits this mix yet.' : `${found} of ${n} songs: ${why}.`)
  }
  if (novelty !== undefined && noveltyOf(recipe, novelty) !== novelty)
    notes.push(
      `${recipe.title} holds only ${recipe.newTracks ? 'songs that are new to you' : 'songs you know'}, whatever the novelty.`,
    )
  if (found > 1 && (artistGap < CLOSE_GAP || slate.tracks.some(({ relaxed }) => relaxed.length > 0)))
    notes.push('Some songs of one artist stand closer together than usual: there were too few others.')
  if (listener.at - listener.asOf > 30 * DAY)
    notes.push(
      `Your history ends on ${new Date(listener.asOf).toISOString().slice(0, 10)}; the mix is made as of then. A newer export brings it up to date.`,
    )
  if (failed.length) notes.push(`Made without ${failed.join(' and ')}, which failed.`)
  return notes
}

/** Names that a shell takes as they are between double quotes. */
const PLAIN = /^[^"$`\\!]+$/
const EXAMPLES = 3

/** What is said while nothing was trained, or nothing is known: what the mix goes by, and what would help. */
function beginning(
  { name, known, trackHistory }: DescribedListener,
  tracks: readonly Track[],
  { startsFrom }: Recipe,
): string[] {
  const of = name === 'me' ? '' : ` --listener ${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}`
  const played = known.map(trackHistory).filter(({ plays }) => plays > 0)
  if (
    played.some(({ heard = 0 }) => heard > 0) &&
    played.every(({ finishes, skips }) => finishes + skips === 0)
  )
    return [
      'Your plays are scrobbles, which do not say how they ended: this goes by what you come back to. Plays that say it, as those of Spotify’s extended history or of a player that tells skips, can be learned from.',
    ]
  if (played.length > 0)
    return ['Nothing has been trained on your plays yet; "deepcuts train" makes the mixes better.']
  if (known.length > 0)
    return [
      `Made from ${known.length === 1 ? 'the one song' : `the ${known.length} songs`} you like, without any training; every further like sharpens it.`,
    ]
  const examples = tracks.slice(0, EXAMPLES).map(({ id, title, artist }) => {
    const words = `${title} – ${artist}`
    return `deepcuts like ${PLAIN.test(words) ? `"${words}"` : id}${of}`
  })
  if (examples.length === 0)
    return ['Nothing is known of your taste yet, and there are no songs to begin with.']
  const goesBy = startsFrom ? 'this goes by where it starts alone' : 'these are songs of every kind'
  return [
    `Nothing is known of your taste yet, so ${goesBy}. Like three to five of them, and the next mix goes by that:`,
    ...examples,
  ]
}
