import { UNKNOWN } from '../core/labels.ts'
import { fold, nameKey } from '../core/track.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { scaleAudio } from '../features/audio-scale.ts'
import type { Catalog } from '../library/catalog.ts'
import type { ListeningLog } from '../library/listening-log.ts'
import type { Playlists } from '../library/playlists.ts'
import type { ItemContent, Sequences } from '../taste/sequences.ts'
import type { TasteNames } from '../taste/vocabulary.ts'

/**
 * Logs, then playlists, as sequences over the rows of a catalog: recordings that came in under several names are one item, and what is
 * excluded is no event. The moment of an event is when the play began; playlists have none.
 * @param more playlists, and of each log the listener, who may own some of them
 */
export function sequencesOf(
  catalog: Pick<Catalog, 'size'>,
  logs: readonly Pick<ListeningLog, 'size' | 'row' | 'endedAt' | 'msPlayed' | 'outcome'>[],
  more?: { readonly playlists: Playlists; readonly listeners: readonly { readonly id: number }[] },
): Sequences {
  const playlists = more?.playlists
  const lists = playlists?.size ?? 0
  const offsets = new Int32Array(logs.length + lists + 1)
  logs.forEach(({ size }, s) => {
    offsets[s + 1] = offsets[s]! + size
  })
  for (let p = 0; p < lists; p++) {
    const size = playlists!.offsets[p + 1]! - playlists!.offsets[p]!
    offsets[logs.length + p + 1] = offsets[logs.length + p]! + size
  }
  const events = offsets[logs.length + lists]!
  const item = new Int32Array(events)
  const outcome = new Int8Array(events).fill(UNKNOWN)
  const at = new Float64Array(events).fill(Number.NaN)
  const playlist = new Uint8Array(logs.length + lists).fill(1, logs.length)
  logs.forEach((log, s) => {
    item.set(log.row, offsets[s]!)
    outcome.set(log.outcome, offsets[s]!)
    for (let i = 0; i < log.size; i++) at[offsets[s]! + i] = log.endedAt[i]! - log.msPlayed[i]!
  })
  if (playlists) item.set(playlists.row, offsets[logs.length]!)
  const ofLogs = more ? more.listeners.map(({ id }) => id) : logs.map((_, s) => s)
  // Listeners count from 1; playlists of nobody, each an owner of its own, count down from −1.
  const ofLists = Array.from(playlists?.owner ?? [], (listener, p) => listener || -1 - p)
  const owner = Int32Array.from([...ofLogs, ...ofLists])
  return { items: catalog.size, offsets, item, outcome, at, playlist, owner }
}

/** What a catalog knows of its rows without anybody having heard them. */
export function itemContent(catalog: Catalog, scale: AudioScale): ItemContent {
  return {
    items: catalog.size,
    audio: scaleAudio(catalog, scale),
    artist: catalog.artist,
    genres: catalog.genres,
    genreSets: Array.from({ length: catalog.genreSets.size }, (_, set) =>
      catalog.genreSets.at(set).split('; ').filter(Boolean),
    ),
    year: catalog.year,
    popularity: catalog.popularity,
  }
}

/** What a model knows rows and artists by in another snapshot of the catalog: a service's id, a standard code, or the folded names. */
export function itemNames(catalog: Catalog): TasteNames {
  const artists = Array.from({ length: catalog.artists.size }, (_, artist) =>
    fold(catalog.artists.at(artist)),
  )
  const keyOf = (row: number): string => {
    const code = catalog.spotify.at(row) || catalog.isrc.at(row) || catalog.mbid.at(row)
    if (code) return code
    const title = catalog.titles.at(row)
    return title ? nameKey(artists[catalog.artist[row]!]!, title) : ''
  }
  return { items: Array.from({ length: catalog.size }, (_, row) => keyOf(row)), artists }
}
