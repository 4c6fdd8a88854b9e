import { instant, isRow, listeningTime, type Row, textOf } from './cells.ts'
import type { Recognised } from './format.ts'
import { jsonListIn } from './json-list.ts'
import { rowOfLine, scrobbleKeeper, seconds, unixSeconds } from './scrobbles.ts'
import type { Context, Sink } from './sink.ts'
import { lines } from './text.ts'

type Bytes = AsyncIterable<Uint8Array>

/** Recognises the exports of Pano Scrobbler, Maloja and Koito by the keys at their start. */
export function scrobbleExport(head: string): Recognised | undefined {
  const has = (...keys: readonly string[]) => keys.every((key) => head.includes(`"${key}"`))
  if (!/^\s*\{/.test(head)) return undefined
  if (has('scrobbles', 'track', 'artists') || (has('maloja') && has('scrobbles')))
    return { format: 'maloja', read: malojaExport, order: [8] }
  if (has('listens', 'exported_at', 'version')) return { format: 'koito', read: koitoExport, order: [8] }
  const first = rowOfLine(head.trimStart().split('\n')[0] ?? '')
  if (first && typeof first.timeMs === 'number' && 'track' in first && 'artist' in first)
    return { format: 'pano-scrobbler', read: panoLines, order: [8] }
  return undefined
}

/** Pano Scrobbler's log: a JSON object a line. `event` is a scrobble where it is absent. */
async function panoLines(bytes: Bytes, file: string, sink: Sink, context: Context): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  for await (const batch of lines(bytes, file))
    for (const line of batch) {
      const row = rowOfLine(line)
      if (!row || typeof row.timeMs !== 'number') {
        sink.leave('wrong types')
        continue
      }
      const { track: title, artist, album, durationMs: lengthMs, event = 'scrobble' } = row
      const track = textOf(title) ? keeper.track({ title, artist, album }) : undefined
      const at = listeningTime(row.timeMs, context.now)
      if (event === 'love') keeper.opinion('like', track, at)
      else if (event === 'scrobble') keeper.play(track, { startedAt: at, lengthMs })
      else sink.leave('taken back')
    }
}

/** Maloja's export: `duration` is what was heard and `length` what the track lasts, in seconds. */
export async function malojaExport(bytes: Bytes, file: string, sink: Sink, context: Context): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  for await (const rows of jsonListIn(bytes, 'scrobbles', file))
    for (const row of rows) {
      if (!isRow(row) || !isRow(row.track)) {
        sink.leave('wrong types')
        continue
      }
      const { title, artists, album, length } = row.track
      const [artist] = Array.isArray(artists) ? (artists as unknown[]) : []
      const track = textOf(title)
        ? keeper.track({ title, artist, album: isRow(album) ? (album.albumtitle ?? album.name) : undefined })
        : undefined
      keeper.play(track, {
        startedAt: unixSeconds(row.time, context),
        heardMs: seconds(row.duration),
        lengthMs: seconds(length),
      })
    }
}

/** Koito's export (version 1): names are lists of aliases, of which one is the primary; lengths are in seconds. */
async function koitoExport(bytes: Bytes, file: string, sink: Sink, context: Context): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  for await (const rows of jsonListIn(bytes, 'listens', file))
    for (const row of rows) {
      if (!isRow(row) || !isRow(row.track)) {
        sink.leave('wrong types')
        continue
      }
      const title = primaryName(row.track)
      const artists = Array.isArray(row.artists) ? (row.artists as unknown[]).filter(isRow) : []
      const main = artists.find(({ is_primary }) => is_primary === true) ?? artists[0]
      const track = title
        ? keeper.track({
            title,
            artist: primaryName(main),
            album: primaryName(row.album),
            mbid: row.track.mbid,
          })
        : undefined
      keeper.play(track, {
        startedAt: instantIn(row.listened_at, context.now),
        lengthMs: seconds(row.track.duration),
      })
    }
}

function primaryName(value: unknown): string {
  const aliases =
    isRow(value) && Array.isArray(value.aliases) ? (value.aliases as unknown[]).filter(isRow) : []
  const named = aliases.find(({ is_primary }) => is_primary === true) ?? aliases[0]
  return textOf((named as Row | undefined)?.alias)
}

/** ISO 8601 with an offset is of another zone: the export writes UTC. */
function instantIn(value: unknown, now: number): number {
  return instant(textOf(value), now)
}
