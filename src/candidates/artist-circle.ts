import { goodArtists } from './artist.ts'
import { best, type Source, type SourceRequest } from './source.ts'

const MOST = 300
/** Artists that are looked around, tracks of each artist near them, and rows of theirs whose playlists are read. */
const ARTISTS = 16
const TRACKS = 4
const LISTED = 8
/** Playlists that two artists share until they count as near as can be. */
const SHARED_PLAYLISTS = 5

/** New tracks by artists near the ones they love: alike in sound and tags, or on the same playlists. */
export const artistCircle: Source = {
  name: 'artist-circle',
  kind: 'new',
  most: MOST,
  lasting: true,
  propose(request) {
    const { listener, index } = request
    const scores = new Map<number, number>()
    for (const [artist, { closeness }] of circleOf(request)) {
      let left = TRACKS
      for (const row of index.ofArtist(artist)) {
        if (!listener.isNew(row)) continue
        scores.set(row, closeness * (1 - 0.05 * (TRACKS - left)))
        if (--left === 0) break
      }
    }
    return best(scores, MOST)
  },
}

/** An artist in the circle: how near, 0…1, and to whom of the good artists. */
export interface InCircle {
  readonly closeness: number
  readonly near: number
}

/** The artists near the good ones; the good ones themselves are not among them. */
export function circleOf(
  request: Pick<SourceRequest, 'listener' | 'catalog' | 'cluster' | 'from' | 'index' | 'playlists'>,
): Map<number, InCircle> {
  const good = goodArtists(request)
  const circle = new Map<number, InCircle>()
  for (const near of [...good.keys()].slice(0, ARTISTS)) {
    const add = (artist: number, closeness: number) => {
      if (!good.has(artist) && closeness > (circle.get(artist)?.closeness ?? 0))
        circle.set(artist, { closeness, near })
    }
    for (const { artist, closeness } of request.index.artistsLike(near)) add(artist, closeness)
    for (const [artist, playlists] of artistsBeside(request, near))
      if (playlists > 1) add(artist, Math.min(1, playlists / SHARED_PLAYLISTS))
  }
  return circle
}

/** Artist → on how many playlists they stand with this one. */
function artistsBeside(
  { catalog, index, playlists }: Pick<SourceRequest, 'catalog' | 'index' | 'playlists'>,
  artist: number,
): Map<number, number> {
  const counts = new Map<number, number>()
  if (playlists.size === 0) return counts
  const lists = new Set<number>()
  for (const row of index.ofArtist(artist).subarray(0, LISTED))
    for (const playlist of playlists.on(row).subarray(0, LISTED)) lists.add(playlist)
  for (const playlist of lists) {
    const artists = new Set<number>()
    const from = playlists.offsets[playlist]!
    for (const row of playlists.row.subarray(from, Math.min(playlists.offsets[playlist + 1]!, from + 200)))
      artists.add(catalog.artist[row]!)
    for (const other of artists) if (other !== 0) counts.set(other, (counts.get(other) ?? 0) + 1)
  }
  return counts
}
