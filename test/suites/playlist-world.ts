import { random } from '../../src/core/random.ts'
import { dayOf, isoDay } from '../../src/evaluate/playlists-file.ts'

export const PLAYLIST_HEADER = 'playlist_id,playlist_name,track_id,title,artists,album,length_s,added,removed'

/** A few rows: playlist, id, title, artists, added, removed. */
export function playlistRows(rows: readonly (readonly string[])[]): string[] {
  return rows.map(([playlist, id, title, artists, added, removed = '']) =>
    [playlist, playlist, id, title, artists, 'an album', '200', added, removed].join(','),
  )
}

const GENRES = 4
const FOLLOWERS = 3
const START = dayOf('2020-01-01')
const DAYS = 240

/**
 * A world whose right answer is known. Each of four genres has a leader who adds a new track by one of the genre's artists every two days;
 * its followers add it 20 days later, each with a chance of three quarters, and drop it 60 days after that. What a follower
 * gets in the next weeks is what the leader got in the last ones, and after that new tracks of the genre's artists. Two playlists with
 * artists of their own collect without anybody following.
 */
export function playlistWorld(): string[] {
  const rng = random('playlists')
  const rows: string[][] = []
  const add = (playlist: string, track: string, artist: string, day: number) => {
    if (day >= START + DAYS) return
    const gone = day + 60 < START + DAYS ? isoDay(day + 60) : ''
    rows.push([playlist, track, `Song ${track}`, artist, isoDay(day), gone])
  }
  for (let genre = 0; genre < GENRES + 2; genre++)
    for (let day = -40; day < DAYS; day += 2) {
      const track = `g${genre}d${day}`
      const artist = `Artist ${genre}${'abcde'[rng.int(5)]}`
      const at = (delay: number) => START + Math.max(day + delay, 0)
      add(`leader ${genre}`, track, artist, at(0))
      if (genre < GENRES)
        for (let follower = 0; follower < FOLLOWERS; follower++)
          if (rng.next() < 0.75) add(`follower ${genre}${follower}`, track, artist, at(20 + follower))
    }
  return playlistRows(rows)
}

/** A day of the world before which its ways can be learned. */
export const WORLD_UNTIL = isoDay(START + 180)
