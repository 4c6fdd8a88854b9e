import { DeepcutsError } from '../core/errors.ts'
import type { ImportRecord } from '../index.ts'
import { oneLine, playOf, type TrackMetadata } from './listen.ts'
import type { NowPlaying } from './now-playing.ts'

/** As many tracks may be told at once. */
const MOST_TRACKS = 50
const MBID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Last.fm began then; clocks of players may be ahead by as much. */
const EARLIEST_MS = Date.UTC(2002, 9)
const AHEAD_MS = 86_400_000
const LONGEST_S = 24 * 24 * 3600

/**
 * What a submission of Audioscrobbler tells: plays, and with the ratings L and B a like and a dislike; B and S are skips. A track that cannot
 * be (without a name, or of a time that cannot be) is left out: refused, the player would send it again and again.
 * @param form the fields a[0], t[0], i[0], …  @param device what played @param now ms since the epoch
 * @throws REQUEST_INVALID where it tells no track, or more than 50
 */
export function readTracks(form: URLSearchParams, device: string, now: number): ImportRecord[] {
  const places = new Set(Array.from(form.keys()).flatMap((key) => /^a\[(\d{1,4})\]$/.exec(key)?.[1] ?? []))
  if (places.size === 0) throw invalid('it tells no track')
  if (places.size > MOST_TRACKS) throw invalid(`it tells more than ${MOST_TRACKS} tracks`)
  return Array.from(places, Number)
    .sort((a, b) => a - b)
    .flatMap((k): ImportRecord[] => {
      const field = (name: string) => form.get(`${name}[${k}]`) ?? ''
      const metadata = metadataOf(field, device)
      const startedAt = /^\d{1,12}$/.test(field('i')) ? Number(field('i')) * 1000 : Number.NaN
      if (!metadata || !(startedAt >= EARLIEST_MS && startedAt <= now + AHEAD_MS)) return []
      const rating = field('r').toUpperCase()
      const play = playOf({ metadata, startedAt }, rating === 'B' || rating === 'S')
      const { track } = metadata
      if (rating === 'L') return [play, { kind: 'like', track, at: startedAt }]
      return rating === 'B' ? [play, { kind: 'dislike', track, at: startedAt }] : [play]
    })
}

/** What a notification of what is playing tells; undefined where it names no track. */
export function readPlaying(form: URLSearchParams, device: string): NowPlaying | undefined {
  const metadata = metadataOf((name) => form.get(name) ?? '', device)
  if (!metadata) return undefined
  const { track, lengthMs } = metadata
  return { ...track, ...(lengthMs !== undefined && { lengthMs }), device }
}

function metadataOf(field: (name: string) => string, device: string): TrackMetadata | undefined {
  const [artist, title, album] = [oneLine(field('a')), oneLine(field('t')), oneLine(field('b'))]
  if (!artist || !title) return undefined
  const seconds = /^\d{1,8}$/.test(field('l')) ? Number(field('l')) : 0
  const mbid = field('m').trim().toLowerCase()
  return {
    track: { ...(MBID.test(mbid) && { mbid }), title, artist, ...(album && { album }) },
    ...(seconds > 0 && seconds <= LONGEST_S && { lengthMs: seconds * 1000 }),
    device,
  }
}

const invalid = (problem: string) => new DeepcutsError('REQUEST_INVALID', { problem })
