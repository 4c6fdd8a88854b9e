import type { ArtistHistory, TrackHistory } from '../core/listener.ts'
import type { Reason } from '../core/mix.ts'
import { familiarityOf } from './recipe.ts'

/** A track that this listener loves, to which a new one is close in sound. */
export interface LovedTrack {
  readonly title: string
  readonly artist: string
  readonly saved: boolean
  readonly liked: boolean
  readonly finishes: number
  readonly skips: number
  readonly plays: number
}

/** All that a reason may be made of: what this listener did, what catalogs say, and whether many did something; nothing that another listener did. */
export interface ReasonFacts {
  readonly recipe: string
  readonly explored: boolean
  /** This listener with this track; absent for a track never met. */
  readonly track?: TrackHistory
  /** This listener with the artist's tracks. */
  readonly artist?: ArtistHistory
  readonly nearest?: LovedTrack
  /** Another track of the artist that the listener loves. */
  readonly lovedOfArtist?: LovedTrack
  /** A loved track beside which it stands on so many playlists, of the listener's own and of catalogs. */
  readonly beside?: LovedTrack & { readonly playlists: number }
  /** An artist that the listener loves, near whom the track's artist is, by sound, tags or playlists. */
  readonly nearArtist?: string
  /** Whether many listeners played it in the last weeks. */
  readonly lately?: boolean
  /** Ms since the epoch: a last play in the same month is "this month". */
  readonly now: number
}

/** Why a track is in a mix, in plain words; every number in it is one of the facts, and a count of nothing is never told. */
export function reason(facts: ReasonFacts): Reason {
  const { track } = facts
  if (track && familiarityOf(track) === 'familiar') return familiarReason(facts, track)
  return facts.explored ? explorationReason(facts) : newReason(facts)
}

function familiarReason({ recipe, now }: ReasonFacts, track: TrackHistory): Reason {
  const kept = track.liked ? 'you liked it' : track.saved ? 'you saved it' : ''
  if (track.plays === 0) return { kind: 'saved', text: kept }
  const also = kept && `, and ${kept}`
  if (track.finishes === 0) {
    const text = `you played it ${times(track.plays)}${last(track, now)}${also}`
    return { kind: kept ? 'saved' : 'finished', text }
  }
  const kind = recipe === 'rediscover' ? 'rediscover' : recipe === 'on-repeat' ? 'repeat' : 'finished'
  const text =
    track.plays === 1
      ? `you finished it the one time you played it${last(track, now)}${also}`
      : `you finished ${share(track)} plays${skipped(track)}${last(track, now)}${also}`
  return { kind, text }
}

function newReason({
  recipe,
  artist,
  nearest,
  beside,
  lovedOfArtist,
  nearArtist,
  lately,
}: ReasonFacts): Reason {
  const finisher = artist !== undefined && artist.finishes > 0
  if (finisher && artist.finishes >= artist.skips) {
    return { kind: 'artist', text: `new to you from ${artist.name}: ${artistPlays(artist)}` }
  }
  if (artist && artist.finishes === 0 && (artist.heard ?? 0) > artist.skips)
    return { kind: 'artist', text: `new to you from ${artist.name}: ${scrobbles(artist)}` }
  if (beside) return { kind: 'together', text: `on ${beside.playlists} playlists beside ${loved(beside)}` }
  if (nearest) return { kind: 'near', text: `close in sound to ${loved(nearest)}` }
  if (finisher) return { kind: 'artist', text: `new to you from ${artist.name}: ${artistPlays(artist)}` }
  if (lovedOfArtist) return { kind: 'artist', text: `new to you, by the artist of ${loved(lovedOfArtist)}` }
  if (nearArtist) return { kind: 'circle', text: `new to you, by an artist near ${nearArtist}` }
  if (lately) return { kind: 'popular', text: 'new to you, and popular lately' }
  if (artist && artist.plays > 0)
    return { kind: 'artist', text: `new to you from ${artist.name}, of whom you have finished nothing yet` }
  if (recipe === 'first') return { kind: 'popular', text: 'to find out what you like' }
  return { kind: 'popular', text: 'new to you: nothing in your history speaks for or against it yet' }
}

function explorationReason({ artist, nearest }: ReasonFacts): Reason {
  const about = nearest
    ? `, and it is near ${loved(nearest)}`
    : artist && artist.finishes > 0
      ? `, and it is by ${artist.name}: ${artistPlays(artist)}`
      : ' whether you will finish it'
  return { kind: 'exploration', text: `a deliberate exploration: we are unsure${about}` }
}

function loved({ title, artist, saved, liked, finishes, skips, plays }: LovedTrack): string {
  const name = `${title} by ${artist}`
  if (liked) return `${name}, which you liked`
  if (saved) return `${name}, which you saved`
  if (finishes > 0 && plays === 1) return `${name}, which you finished the one time you played it`
  if (finishes > 0 && finishes + skips < plays) return `${name}, which you finished ${times(finishes)}`
  if (finishes > 0) return `${name}, which you finished ${share({ finishes, plays })} times`
  return plays > 0 ? `${name}, which you played ${times(plays)}` : name
}

function artistPlays({ finishes, skips, plays, tracks }: ArtistHistory): string {
  const of = tracks === 1 ? 'of another track' : `of ${tracks} other tracks`
  return plays === 1
    ? `you finished the one play ${of}`
    : `you finished ${share({ finishes, plays })} plays ${of}${skipped({ finishes, skips, plays })}`
}

/** Scrobbles do not tell a finish. */
function scrobbles({ plays, tracks }: ArtistHistory): string {
  const of = tracks === 1 ? 'another track' : `${tracks} other tracks`
  return plays === 1 ? `you played ${of}` : `you played ${of} ${times(plays)}`
}

/** "9 of 11", "both", or "all 11". */
function share({ finishes, plays }: { finishes: number; plays: number }): string {
  if (finishes < plays) return `${finishes} of ${plays}`
  return plays === 2 ? 'both' : `all ${plays}`
}

/** What is said of the skips where the end of some plays is not known, so that those do not read as skipped. */
function skipped({ finishes, skips, plays }: { finishes: number; skips: number; plays: number }): string {
  if (finishes + skips === plays) return ''
  return skips === 0 ? ' and skipped none' : ` and skipped ${skips}`
}

function times(count: number): string {
  if (count === 1) return 'once'
  return count === 2 ? 'twice' : `${count} times`
}

function last({ plays, lastPlayedAt }: TrackHistory, now: number): string {
  if (!Number.isFinite(lastPlayedAt)) return ''
  const when = month(lastPlayedAt) === month(now) ? 'this month' : `in ${month(lastPlayedAt)}`
  return plays === 1 ? `, ${when}` : `, last ${when}`
}

const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const month = (at: number): string => MONTH.format(at)
