import { momentOnWall } from '../core/wall-clock.ts'
import { scrobbleKeeper, seconds, unixSeconds } from './scrobbles.ts'
import type { Context, Sink } from './sink.ts'
import { lines } from './text.ts'

const RATINGS = { L: 'listened', S: 'skipped' } as const
/** What a player writes for a tag that is not there. */
const UNTAGGED = '<Untagged>'

/** Whether a text begins like a `.scrobbler.log`. */
export function isRockboxLog(head: string): boolean {
  return /^\ufeff?\s*#AUDIOSCROBBLER\//.test(head)
}

/**
 * A `.scrobbler.log` of Rockbox and of other players: artist, album, track, number, seconds, L (listened) or S (skipped), unix time and MBID,
 * between tabs. Without `#TZ/UTC` times are those of the device's own clock, which is taken to stand where the listener lives.
 */
export async function rockboxLog(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  sink: Sink,
  context: Context,
): Promise<void> {
  const keeper = scrobbleKeeper(sink)
  let moment = momentOnWall(context.timeZone)
  let isUtc = false
  for await (const batch of lines(bytes, file))
    for (const raw of batch) {
      const line = raw.replace(/\r$/, '')
      if (/^\ufeff?#/.test(line)) {
        if (/^#TZ\/(?:UTC|GMT|Z)\s*$/i.test(line)) {
          isUtc = true
          moment = (at) => at
        }
        continue
      }
      const cells = line.split('\t')
      if (cells.length < 7) {
        sink.leave('wrong types')
        continue
      }
      const [artist, album, title, , length, rating, time, mbid] = cells.map((cell) =>
        cell === UNTAGGED ? '' : cell.trim(),
      )
      const shown = unixSeconds(time, context)
      const track = title ? keeper.track({ title, artist, album, mbid }) : undefined
      const startedAt = Number.isNaN(shown) ? shown : moment(shown)
      keeper.play(track, {
        startedAt,
        lengthMs: seconds(length),
        ...(rating === 'L' || rating === 'S' ? { rating: RATINGS[rating] } : {}),
      })
    }
  if (!isUtc)
    sink.note(
      `The times of ${file} are those of the device’s own clock, without a zone: taken as ${context.timeZone}, where the listener lives.`,
    )
}
