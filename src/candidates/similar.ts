import { soundDistance } from './sound.ts'
import { best, type Source, type SourceRequest } from './source.ts'

const MOST = 300
/** Likes and finishes that are looked around, each of them weighing a twentieth less than the one after it. */
const RECENT = 20
const FADES = 0.95
const OF_ARTIST = 10
const LIKE_ARTISTS = 8
const OF_LIKE_ARTIST = 3
/** What each sign of likeness weighs beside exp(−sound distance). */
const WEIGHT = { artist: 0.6, likeArtist: 0.5, listeners: 1 }

/**
 * New tracks like the ones that were liked or finished last: by sound, by the same or a like artist, and by who listens to both where
 * that may be known. What is like several of them comes first.
 */
export const similar: Source = {
  name: 'similar',
  kind: 'new',
  most: MOST,
  lasting: true,
  propose(request) {
    const { listener, catalog, audio, index, community } = request
    const scores = new Map<number, number>()
    recentRows(request).forEach((recent, i) => {
      const weight = FADES ** i
      const add = (row: number, likeness: number) => {
        if (row !== recent && listener.isNew(row)) scores.set(row, (scores.get(row) ?? 0) + weight * likeness)
      }
      for (const row of index.soundsLike(recent)) add(row, Math.exp(-soundDistance(audio, row, recent)))
      const artist = catalog.artist[recent]!
      for (const row of index.ofArtist(artist).subarray(0, OF_ARTIST)) add(row, WEIGHT.artist)
      for (const like of index.artistsLike(artist).slice(0, LIKE_ARTISTS))
        for (const row of index.ofArtist(like.artist).subarray(0, OF_LIKE_ARTIST))
          add(row, WEIGHT.likeArtist * like.closeness)
      for (const { row, strength } of community?.beside(recent) ?? []) add(row, WEIGHT.listeners * strength)
    })
    return best(scores, MOST)
  },
}

function recentRows({ listener, cluster, from }: SourceRequest): readonly number[] {
  const rows = from ?? listener.recent
  const inCorner = from
    ? rows
    : rows.filter((row) => cluster === undefined || listener.clusterOf(row) === cluster)
  return inCorner.slice(0, RECENT)
}
