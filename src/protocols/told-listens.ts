import { PRECISION } from '../core/event.ts'
import { type Engine, rowOfTrack, trackAt } from '../index.ts'
import { msidOf } from './recordings.ts'

/** A listen as ListenBrainz tells it. */
export interface ToldListen {
  /** When it began, in seconds since the epoch. */
  readonly listened_at: number
  readonly [more: string]: unknown
}

/** Which listens: those that began after or before a moment, in seconds since the epoch; at most `count`. */
export interface ListensAsked {
  readonly min_ts?: number
  readonly max_ts?: number
  readonly count: number
}

const COLUMNS = ['id', 'identifier', 'endedAt', 'msPlayed', 'reasonEnd', 'exact', 'device'] as const
/** Plays are kept in the order in which they ended; those that began last are among so many more that ended last. */
const OVERLAP = 100

/** A listener's plays, wherever they were told, as listens: newest first; those after `min_ts` are the oldest of them. */
export async function toldListens(
  { library }: Engine,
  listener: { readonly id: number; readonly name: string },
  { min_ts: min, max_ts: max, count }: ListensAsked,
): Promise<ToldListen[]> {
  const catalog = await library.catalog()
  const isBounded = min !== undefined || max !== undefined
  const plays = await library.store.read('plays', COLUMNS, {
    where: { listener: listener.id, hidden: 0 },
    orderBy: ['endedAt', 'id'],
    descending: true,
    ...(isBounded ? {} : { limit: count + OVERLAP }),
  })
  const began = Array.from(plays.id, (_, i) => startOf(plays.endedAt[i]!, plays.msPlayed[i]!))
  const asked = Array.from(plays.id.keys())
    .filter((i) => (min === undefined || began[i]! > min) && (max === undefined || began[i]! < max))
    .filter((i) => rowOfTrack(catalog, plays.identifier[i]!) >= 0)
    .sort((a, b) => began[b]! - began[a]! || plays.id[b]! - plays.id[a]!)
  const some = min === undefined ? asked.slice(0, count) : asked.slice(-count)
  return some.map((i) => {
    const { id, title, artist, album, durationMs, spotify, isrc, mbid } = trackAt(
      catalog,
      rowOfTrack(catalog, plays.identifier[i]!),
    )
    const msid = msidOf(id)
    const device = plays.device[i]!
    // Of a scrobble that says no more, the time heard is what it proves, and not what was measured.
    const isMeasured = plays.exact[i] !== PRECISION.start || plays.reasonEnd[i] !== ''
    const msPlayed = isMeasured ? plays.msPlayed[i]! : 0
    const additional_info = {
      recording_msid: msid,
      ...(mbid && { recording_mbid: mbid }),
      ...(isrc && { isrc }),
      ...(spotify && { spotify_id: `https://open.spotify.com/track/${spotify}` }),
      ...(durationMs !== undefined && { duration_ms: Math.round(durationMs) }),
      ...(msPlayed > 0 && { duration_played: Math.round(msPlayed / 1000) }),
      ...(device && { media_player: device }),
    }
    return {
      inserted_at: Math.floor(plays.endedAt[i]! / 1000),
      listened_at: began[i]!,
      recording_msid: msid,
      user_name: listener.name,
      track_metadata: {
        artist_name: artist,
        track_name: title,
        ...(album && { release_name: album }),
        additional_info,
        ...(mbid && { mbid_mapping: { recording_mbid: mbid } }),
      },
    }
  })
}

/** When the first and the last of a listener's plays began, in seconds since the epoch; 0 where there is none. */
export async function boundsOf({ library: { store } }: Engine, listener: number) {
  const at = async (descending: boolean) => {
    const play = await store.read('plays', ['endedAt', 'msPlayed'], {
      where: { listener, hidden: 0 },
      orderBy: ['endedAt'],
      descending,
      limit: 1,
    })
    return play.endedAt.length === 0 ? 0 : startOf(play.endedAt[0]!, play.msPlayed[0]!)
  }
  return { oldest_listen_ts: await at(false), latest_listen_ts: await at(true) }
}

/** The plays of a recording that began in that second, hidden ones too. @param identifiers of the recording */
export async function playsThatBegan(
  { library: { store } }: Engine,
  listener: number,
  second: number,
  identifiers: readonly number[],
): Promise<readonly number[]> {
  const plays = await store.read('plays', ['id', 'endedAt', 'msPlayed'], {
    where: { listener, identifier: identifiers },
  })
  return Array.from(plays.id).filter((_, i) => startOf(plays.endedAt[i]!, plays.msPlayed[i]!) === second)
}

function startOf(endedAt: number, msPlayed: number): number {
  return Math.floor((endedAt - msPlayed) / 1000)
}
