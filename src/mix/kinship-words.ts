import type { Familiarity } from '../core/candidate.ts'
import type { Kinship } from '../core/kinship.ts'
import type { Reason } from '../core/mix.ts'

/** What may be told of a track that belongs to where a mix starts. */
export interface KinshipFacts {
  readonly kinship: Kinship
  /** The track's artist, '' for nobody. */
  readonly artist: string
  /** The seed of `kinship`; without a title where no words are to name it. */
  readonly seed: { readonly title: string; readonly artist: string }
  /** The artist of `kinship.likeArtist`, '' for none. */
  readonly likeArtist: string
  /** Tags that it shares with seeds. */
  readonly tags: readonly string[]
  /** Where the mix starts. */
  readonly from: { readonly title: string; readonly kind: 'track' | 'artist' | 'playlist' }
}

interface Fact {
  readonly kind: Reason['kind']
  readonly text: string
}

/** Up to which distance (mean squared standard deviations) sounds are called what. */
const SOUNDS = [
  [0.1, 'almost the same in sound', 'as'],
  [0.3, 'very close in sound', 'to'],
  [0.75, 'close in sound', 'to'],
] as const
/** From so many playlists on, standing on them together comes before the sound. */
const OFTEN_TOGETHER = 3
/** Artists this much alike are called so. */
const ALIKE = 0.4

/** What ties a track to the seeds, the most telling first; [] when nothing can be said. */
export function kinshipFacts(facts: KinshipFacts): readonly Fact[] {
  const { kinship } = facts
  const often = kinship.publicPlaylists + kinship.ownPlaylists >= OFTEN_TOGETHER
  const found = [
    kinship.artist > 0 ? byArtist(facts) : undefined,
    often ? onPlaylists(facts) : undefined,
    inSound(facts),
    often ? undefined : onPlaylists(facts),
    likeArtist(facts),
    tagged(facts),
  ]
  return found.filter((fact) => fact !== undefined)
}

/** The two most telling facts as one phrase; undefined when nothing can be said. */
function kinshipPhrase(facts: KinshipFacts): Fact | undefined {
  const [first, second] = kinshipFacts(facts)
  if (!first) return undefined
  return second ? { kind: first.kind, text: `${first.text}, and ${second.text}` } : first
}

function byArtist({ artist, from }: KinshipFacts): Fact | undefined {
  if (artist === '') return undefined
  const text = from.kind === 'playlist' ? `by ${artist}, also on "${from.title}"` : `by ${artist}`
  return { kind: 'artist', text: from.kind === 'track' ? `${text} as well` : text }
}

function onPlaylists({ kinship, from, seed }: KinshipFacts): Fact | undefined {
  const { ownPlaylists, publicPlaylists } = kinship
  const counts = [
    ...(ownPlaylists > 0 ? [`${many(ownPlaylists)} of yours`] : []),
    ...(publicPlaylists > 0 ? [`${many(publicPlaylists)}${ownPlaylists > 0 ? ' of others' : ''}`] : []),
  ]
  if (counts.length === 0) return undefined
  const songs = from.kind === 'artist' ? from.title : `"${from.title}"`
  const what = from.kind === 'track' ? seed.title || 'it' : `songs of ${songs}`
  return { kind: 'together', text: `on ${counts.join(' and ')} with ${what}` }
}

function inSound({ kinship, seed, from }: KinshipFacts): Fact | undefined {
  const { sound } = kinship
  const words = sound === undefined ? undefined : SOUNDS.find(([upTo]) => sound <= upTo)
  if (words === undefined) return undefined
  const named =
    from.kind === 'playlist' && seed.artist !== '' ? `${seed.title} by ${seed.artist}` : seed.title
  const [, alike, to] = words
  return { kind: 'near', text: named === '' ? alike : `${alike} ${to} ${named}` }
}

function likeArtist({ kinship, artist, likeArtist: other, tags }: KinshipFacts): Fact | undefined {
  if (kinship.like < ALIKE || artist === '' || other === '') return undefined
  // Without tags in common it is the sound alone that makes them alike.
  const alike = tags.length > 0 ? `an artist like ${other}` : `whose songs sound like those of ${other}`
  return { kind: 'artist', text: `by ${artist}, ${alike}` }
}

function tagged({ tags }: KinshipFacts): Fact | undefined {
  return tags.length > 0 ? { kind: 'near', text: `tagged ${tags.slice(0, 2).join(' and ')} too` } : undefined
}

const many = (count: number) => `${count} ${count === 1 ? 'playlist' : 'playlists'}`

/**
 * Why a track is in a mix that starts from something: what ties it to the start; behind it, for a track that the listener knows, what
 * they did with it. Where nothing ties it, the usual reason.
 */
export function kinshipReason(
  facts: KinshipFacts,
  familiarity: Familiarity,
  explored: boolean,
  usual: Reason,
): Reason {
  const tie = kinshipPhrase(facts)
  if (!tie) return usual
  if (familiarity === 'familiar') return { kind: tie.kind, text: `${tie.text}; ${usual.text}` }
  if (explored)
    return { kind: 'exploration', text: `a deliberate exploration: we are unsure, and it is ${tie.text}` }
  return tie
}
