import { DeepcutsError } from '../core/errors.ts'
import { NO_REASONS } from '../core/labels.ts'
import { spotifyId, type TrackRef } from '../core/track.ts'
import { type Engine, type ImportRecord, rowOfTrack, trackAt } from '../index.ts'
import type { ListenerEvent } from '../schemas/events.ts'

const EARLIEST = Date.UTC(1990, 0)
/** Clocks of other machines may be ahead by as much. */
const AHEAD_MS = 86_400_000

/** Reads an event as a record of an import. @throws REQUEST_INVALID where its track or time cannot be */
export type RecordOf = (event: ListenerEvent) => ImportRecord

/** A reader of these events of a listener, as of now and the catalog that there is; a track that they may not be told of is not there. */
export async function recordsOf(
  engine: Engine,
  listener: number,
  events: readonly ListenerEvent[],
): Promise<RecordOf> {
  const { library, now } = engine
  const ids = events.flatMap(({ track }) => track.id ?? [])
  // Where nobody names an id, nothing has to wait for a catalog that is built anew.
  const catalog = ids.length > 0 ? await library.catalog() : undefined
  const rows = catalog ? ids.map((id) => rowOfTrack(catalog, id)).filter((row) => row >= 0) : []
  const open = rows.length > 0 ? await engine.openAmong(listener, rows) : undefined
  const at = now()

  const trackOf = ({ id, spotify, isrc, mbid, ...names }: ListenerEvent['track']): TrackRef => {
    if (id !== undefined) {
      const row = catalog ? rowOfTrack(catalog, id) : -1
      if (!catalog || open?.[row] !== 1) throw invalid(`no track has the id ${id}`)
      const known = trackAt(catalog, row)
      const { title, artist } = known
      // By its strongest name alone: the catalog knows the others, and a claim that tells nothing new leaves it as it is.
      const name = known.spotify
        ? { spotify: known.spotify }
        : known.isrc
          ? { isrc: known.isrc }
          : known.mbid
            ? { mbid: known.mbid }
            : {}
      return { ...name, ...(title && { title }), ...(artist && { artist }) }
    }
    const spotifyOf = spotify === undefined ? undefined : spotifyId(spotify)
    if (spotify !== undefined && spotifyOf === undefined) throw invalid('its spotify is no Spotify track')
    if (!spotifyOf && !isrc && !mbid && !names.title)
      throw invalid('its track needs one of id, spotify, isrc, mbid and title')
    return {
      ...(spotifyOf && { spotify: spotifyOf }),
      ...(isrc && { isrc: isrc.toUpperCase() }),
      ...(mbid && { mbid: mbid.toLowerCase() }),
      ...names,
    }
  }

  const momentOf = (said: ListenerEvent['at']): number => {
    if (said === undefined) return at
    const moment = typeof said === 'number' ? said : Date.parse(said)
    if (!(moment >= EARLIEST && moment <= at + AHEAD_MS)) throw invalid('its at is no time that can be')
    return moment
  }

  return ({ type, track: said, at: when, msPlayed, finished }) => {
    const [track, moment] = [trackOf(said), momentOf(when)]
    if (type === 'like' || type === 'dislike') return { kind: type, track, at: moment }
    const skipped = type === 'skip'
    return {
      kind: 'play',
      track,
      play: {
        endedAt: moment,
        msPlayed: msPlayed ?? 0,
        reasonStart: '',
        reasonEnd: reasonOf(skipped, finished, msPlayed),
        ...(skipped && { skipped }),
        device: '',
        precision: 'second',
      },
    }
  }
}

/** How a play ended: as it is said, else what its length will tell; '' where nothing does. */
function reasonOf(skipped: boolean, finished: boolean | undefined, msPlayed: number | undefined): string {
  if (skipped) return 'fwdbtn'
  if (finished) return 'trackdone'
  return msPlayed === undefined ? '' : NO_REASONS
}

const invalid = (problem: string) => new DeepcutsError('REQUEST_INVALID', { problem })
