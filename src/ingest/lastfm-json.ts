import { DeepcutsError } from '../core/errors.ts'
import { isRow, type Row, textOf } from './cells.ts'
import { jsonRows } from './json-array.ts'
import { type ScrobbleKeeper, scrobbleKeeper, unixSeconds } from './scrobbles.ts'
import type { Context, Sink } from './sink.ts'
import { opening, wholeJson } from './text.ts'

type Pages = 'recenttracks' | 'lovedtracks'

/** Whether a JSON text begins like pages of Last.fm's API, as they come or as a list. */
export function isLastfmJson(head: string): boolean {
  if (/^\s*(?:\[\s*)?\{\s*"(?:recenttracks|lovedtracks)"\s*:/.test(head)) return true
  const listOfPages = /^\s*\[\s*\{\s*"(?:track|@attr)"\s*:/.test(head)
  return /^\s*\[/.test(head) && head.includes('"artist"') && (listOfPages || head.includes('"uts"'))
}

/**
 * Answers of `user.getRecentTracks` and `user.getLovedTracks`: one page, or a list of pages or of their tracks. A track without a date is the one
 * that was playing. Loved tracks are likes.
 * @throws DeepcutsError JSON_SHAPE where there are no such pages, and what reading JSON throws
 */
export async function lastfmJson(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  sink: Sink,
  context: Context,
): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  const loved = new Set<unknown>()
  const page = (value: unknown): boolean => {
    if (!isRow(value)) return false
    const kind: Pages = isRow(value.lovedtracks) ? 'lovedtracks' : 'recenttracks'
    const inner = isRow(value[kind]) ? value[kind] : value
    if (!('track' in inner) && !isRow(value[kind])) return false
    // Of one track some servers give an object for the list.
    const tracks: readonly unknown[] = Array.isArray(inner.track) ? inner.track : [inner.track ?? []].flat()
    for (const row of tracks) {
      if (isRow(row)) readTrack(row, kind, keeper, loved, sink, context)
      else sink.leave('wrong types')
    }
    return true
  }

  const { first, all } = await opening(bytes)
  if (first !== '[') {
    if (!page(await wholeJson(all, file)))
      throw new DeepcutsError('JSON_SHAPE', { file, expected: 'pages of tracks', found: 'something else' })
    return
  }
  for await (const rows of jsonRows(all, file))
    for (const row of rows) {
      if (page(row)) continue
      if (isRow(row) && 'name' in row) readTrack(row, 'recenttracks', keeper, loved, sink, context)
      else sink.leave('wrong types')
    }
}

function readTrack(
  row: Row,
  kind: Pages,
  keeper: ScrobbleKeeper,
  loved: Set<unknown>,
  sink: Sink,
  context: Context,
): void {
  const { artist, album, name, mbid, date } = row
  const track = keeper.track({ title: name, artist: nameIn(artist), album: nameIn(album), mbid })
  const at = isRow(date) ? unixSeconds(date.uts, context) : Number.NaN
  const isPlaying = !isRow(date) && isRow(row['@attr']) && row['@attr'].nowplaying === 'true'
  if (kind === 'lovedtracks') keeper.opinion('like', track, at)
  else if (isPlaying) sink.leave('now playing')
  else {
    const isLove = String(row.loved) === '1' && track && !loved.has(track)
    if (isLove) loved.add(track)
    keeper.play(track, { startedAt: at }, ...(isLove ? [{ kind: 'like', track } as const] : []))
  }
}

/** Artists and albums are texts or objects, by what the request asked for. */
function nameIn(value: unknown): string {
  return isRow(value) ? textOf(value['#text']) || textOf(value.name) : textOf(value)
}
