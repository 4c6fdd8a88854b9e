import { SOUND } from '../features/taste.ts'
import { AUDIO_STRIDE } from '../library/catalog.ts'
import type { Source, SourceRequest } from './source.ts'

const MOST = 240
/** The most popular rows, and rows drawn blindly, from which is chosen. */
const POPULAR = 3000
const DRAWN = 600

/**
 * Tracks to begin with, for a listener of whom nothing is known: the most popular of every genre, or of every kind of sound where no
 * genres are known, taken in turn, and of each artist one before any has two.
 */
export const starters: Source = {
  name: 'starters',
  kind: 'new',
  most: MOST,
  propose(request) {
    const { listener, cluster, from, catalog } = request
    if (listener.known.length > 0 || from || (cluster ?? 0) > 0) return []
    const groups = new Map<string, number[]>()
    for (const row of ranked(request)) {
      const group = groupOf(request, row)
      const members = groups.get(group)
      if (members) members.push(row)
      else groups.set(group, [row])
    }
    const turns = [...groups.values()]
    const rows: number[] = []
    const artists = new Set<number>()
    const later: number[] = []
    for (let turn = 0; rows.length < MOST && turns.some((members) => turn < members.length); turn++)
      for (const members of turns) {
        const row = members[turn]
        if (row === undefined || rows.length === MOST) continue
        if (artists.has(catalog.artist[row]!)) later.push(row)
        else rows.push(row)
        artists.add(catalog.artist[row]!)
      }
    return [...rows, ...later].slice(0, MOST)
  },
}

/** New rows: popular lately, popular in the catalog, then drawn blindly, each once. */
function ranked({ listener, catalog, index, community, random }: SourceRequest): Set<number> {
  const rows = new Set<number>()
  for (const row of community?.popular.subarray(0, POPULAR) ?? []) if (listener.isNew(row)) rows.add(row)
  for (const row of index.popular().subarray(0, POPULAR)) if (listener.isNew(row)) rows.add(row)
  const tries = catalog.size > 4 * DRAWN ? 2 * DRAWN : 0
  for (let i = 0; i < tries; i++) {
    const row = random.int(catalog.size)
    if (listener.isNew(row)) rows.add(row)
  }
  if (tries === 0)
    for (const row of random.shuffle(Array.from({ length: catalog.size }, (_, i) => i)))
      if (listener.isNew(row)) rows.add(row)
  return rows
}

/** A row's most common genre; else which of the 2³ kinds of sound it is: loud or not, acoustic or not, cheerful or not. */
function groupOf({ catalog, audio, index }: SourceRequest, row: number): string {
  const tags = index.tags.ofSet(catalog.genres[row]!)
  let widest = tags[0]
  for (const tag of tags) if (index.tags.weight[tag]! < index.tags.weight[widest!]!) widest = tag
  if (widest !== undefined) return `genre ${widest}`
  const signs = [1, 4, 7].map((k) => audio[row * AUDIO_STRIDE + SOUND[k]!]! > 0)
  return Number.isNaN(audio[row * AUDIO_STRIDE + SOUND[0]!]!) ? 'unknown' : `sound ${signs.join()}`
}
