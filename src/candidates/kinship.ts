import type { Kinship } from '../core/kinship.ts'
import { type Catalog, hasAudio } from '../library/catalog.ts'
import type { Playlists } from '../library/playlists.ts'
import type { CatalogIndex } from './catalog-index.ts'
import { soundDistance } from './sound.ts'

/** The seeds closest in sound whose distances are averaged: a playlist has several kinds of sound. */
const NEAREST = 3
/** So many seeds are looked at for each track, evenly spread. */
const MOST_SEEDS = 200
/** So many of the playlists that hold seeds are looked at, those with most of them. */
const MOST_PLAYLISTS = 1000

/** What kinship is read from. */
export interface KinshipSources {
  readonly catalog: Catalog
  /** size × 13 scaled audio features, NaN where missing. */
  readonly audio: Float32Array
  readonly index: Pick<CatalogIndex, 'tags' | 'artistsLike' | 'ofArtist' | 'songOf'>
  readonly playlists: Playlists
}

/** A function that tells what a row has to do with the seeds (rows, one at least). */
export function kinshipWith(seeds: readonly number[], sources: KinshipSources): (row: number) => Kinship {
  const { catalog, audio, index, playlists } = sources
  const looked = evenly(seeds, MOST_SEEDS)
  const sounding = looked.filter((seed) => hasAudio(catalog, seed))
  const artists = countsOf(seeds.map((seed) => catalog.artist[seed]!).filter((artist) => artist !== 0))
  const like = likeArtists(artists, seeds.length, index)
  const tags = tagProfile(seeds, catalog, index)
  const together = togetherWith(seeds, catalog, playlists, index)
  const year = median(seeds.map((seed) => catalog.year[seed]!).filter((one) => !Number.isNaN(one)))
  return (row) => {
    const artist = catalog.artist[row]!
    const share = (artists.get(artist) ?? 0) / seeds.length
    // An artist's songs may be in the mix that starts from them: none is told to be like itself.
    const isOther = (seed: number) => index.songOf(seed) !== index.songOf(row)
    const others = share > 0 ? sounding.filter(isOther) : sounding
    const near = hasAudio(catalog, row) ? nearestOf(audio, row, others) : undefined
    const sameArtist = share > 0 ? looked.find((seed) => catalog.artist[seed] === artist) : undefined
    const cosine = tags(row)
    const alike = like.get(artist)
    const { track, byArtist, publicPlaylists, ownPlaylists } = together(row)
    const years = Math.abs(catalog.year[row]! - year)
    return {
      seed: near?.seed ?? sameArtist ?? looked[0]!,
      ...(near && { sound: near.distance }),
      artist: share > 0 ? 0.5 + 0.5 * Math.min(1, 3 * share) : 0,
      like: alike?.closeness ?? 0,
      ...(alike && share === 0 && { likeArtist: alike.to }),
      publicPlaylists,
      ownPlaylists,
      ...(cosine !== undefined && { tags: cosine }),
      ...(track !== undefined && { together: track }),
      ...(byArtist !== undefined && { artistTogether: byArtist }),
      ...(!Number.isNaN(years) && { years }),
    }
  }
}

function nearestOf(audio: Float32Array, row: number, seeds: readonly number[]) {
  if (seeds.length === 0) return undefined
  const found = seeds
    .map((seed) => ({ seed, distance: soundDistance(audio, row, seed) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, NEAREST)
    .filter(({ distance }) => Number.isFinite(distance))
  const [first] = found
  if (!first) return undefined
  const distance = found.reduce((sum, one) => sum + one.distance, 0) / found.length
  return { seed: first.seed, distance }
}

/** Artist → how like the artists of the seeds, weighted by how many seeds are theirs. */
function likeArtists(
  artists: ReadonlyMap<number, number>,
  seeds: number,
  index: Pick<CatalogIndex, 'artistsLike'>,
): ReadonlyMap<number, { readonly closeness: number; readonly to: number }> {
  const like = new Map<number, { closeness: number; to: number }>()
  const add = (artist: number, closeness: number, to: number) => {
    if (closeness > (like.get(artist)?.closeness ?? 0)) like.set(artist, { closeness, to })
  }
  const strongest = [...artists].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_SEEDS)
  for (const [artist, count] of strongest) {
    const weight = Math.min(1, (3 * count) / seeds)
    for (const { artist: other, closeness } of index.artistsLike(artist))
      add(other, closeness * (0.5 + 0.5 * weight), artist)
    add(artist, 0.5 + 0.5 * weight, artist)
  }
  return like
}

/** Cosine of a row's tags with the seeds', each tag weighted by how much it tells; undefined where either has none. */
function tagProfile(
  seeds: readonly number[],
  catalog: Catalog,
  { tags }: Pick<CatalogIndex, 'tags'>,
): (row: number) => number | undefined {
  const profile = new Map<number, number>()
  for (const seed of seeds)
    for (const tag of tags.ofSet(catalog.genres[seed]!))
      profile.set(tag, (profile.get(tag) ?? 0) + tags.weight[tag]!)
  const length = Math.sqrt([...profile.values()].reduce((sum, value) => sum + value * value, 0))
  const known = new Map<number, number | undefined>()
  return (row) => {
    const set = catalog.genres[row]!
    if (known.has(set)) return known.get(set)
    const own = tags.ofSet(set)
    let [dot, squares] = [0, 0]
    for (const tag of own) {
      dot += tags.weight[tag]! * (profile.get(tag) ?? 0)
      squares += tags.weight[tag]! ** 2
    }
    const cosine = length > 0 && squares > 0 ? dot / (length * Math.sqrt(squares)) : undefined
    known.set(set, cosine)
    return cosine
  }
}

interface Together {
  readonly publicPlaylists: number
  readonly ownPlaylists: number
  readonly track?: number
  readonly byArtist?: number
}

/**
 * How often a row, and its artist, share playlists with the seeds: Σ w over the shared ones ⁄ Σ w · √(n_seeds ⁄ n_row), at most 1,
 * where a playlist weighs w = seeds on it ⁄ √(its length). With one seed and equal lengths that is the cosine. It is then lessened by
 * how little stands behind it: times the share of the seeds that are on any playlist, times n_seeds ⁄ (n_seeds + 2).
 */
function togetherWith(
  seeds: readonly number[],
  catalog: Catalog,
  playlists: Playlists,
  index: Pick<CatalogIndex, 'ofArtist'>,
): (row: number) => Together {
  const seedsOn = countsOf(seeds.flatMap((seed) => Array.from(playlists.on(seed))))
  const weights = [...seedsOn]
    .map(([p, count]) => ({
      p,
      weight: count / Math.sqrt(playlists.offsets[p + 1]! - playlists.offsets[p]!),
    }))
    .sort((a, b) => b.weight - a.weight || a.p - b.p)
    .slice(0, MOST_PLAYLISTS)
  if (weights.length === 0) return () => ({ publicPlaylists: 0, ownPlaylists: 0 })
  const looked = new Set(weights.map(({ p }) => p))
  const covered = seeds.filter((seed) => playlists.on(seed).length > 0).length / seeds.length
  const support = (covered * weights.length) / (weights.length + 2)
  const rows = new Map<number, number>()
  const artists = new Map<number, number>()
  let total = 0
  for (const { p, weight } of weights) {
    total += weight
    const held = playlists.row.subarray(playlists.offsets[p]!, playlists.offsets[p + 1]!)
    const here = new Set<number>()
    for (const row of held) {
      rows.set(row, (rows.get(row) ?? 0) + weight)
      here.add(catalog.artist[row]!)
    }
    for (const artist of here) artists.set(artist, (artists.get(artist) ?? 0) + weight)
  }
  const playlistsOfArtist = new Map<number, number>()
  const countOf = (artist: number): number => {
    const known = playlistsOfArtist.get(artist)
    if (known !== undefined) return known
    const on = new Set<number>()
    for (const row of index.ofArtist(artist)) for (const p of playlists.on(row)) on.add(p)
    playlistsOfArtist.set(artist, on.size)
    return on.size
  }
  const cosine = (shared: number | undefined, count: number): number =>
    shared === undefined
      ? 0
      : support * Math.min(1, (shared / total) * Math.sqrt(weights.length / Math.max(1, count)))
  return (row) => {
    const artist = catalog.artist[row]!
    const shared = Array.from(playlists.on(row)).filter((p) => looked.has(p))
    const publicPlaylists = shared.filter((p) => playlists.owner[p] === 0).length
    return {
      publicPlaylists,
      ownPlaylists: shared.length - publicPlaylists,
      track: cosine(rows.get(row), playlists.on(row).length),
      ...(artist !== 0 && { byArtist: cosine(artists.get(artist), countOf(artist)) }),
    }
  }
}

function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function evenly(values: readonly number[], most: number): readonly number[] {
  if (values.length <= most) return values
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * values.length) / most)]!)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Rows of each artist that is looked at, of each artist like one, playlists of a seed, and rows of a playlist. */
const LOOK = { ofArtist: 100, ofLikeArtist: 12, playlists: 40, ofPlaylist: 250 }

/** Rows with an artist that have anything to do with the seeds: close in sound, by their artists or like ones, on playlists with them. */
export function relatives(
  seeds: readonly number[],
  { catalog, index, playlists }: KinshipSources & { readonly index: CatalogIndex },
): readonly number[] {
  const found = new Set<number>()
  const addAll = (rows: Int32Array) => {
    for (const row of rows) if (catalog.artist[row] !== 0) found.add(row)
  }
  for (const seed of seeds) {
    addAll(index.soundsLike(seed))
    const artist = catalog.artist[seed]!
    addAll(index.ofArtist(artist).subarray(0, LOOK.ofArtist))
    for (const like of index.artistsLike(artist))
      addAll(index.ofArtist(like.artist).subarray(0, LOOK.ofLikeArtist))
    for (const p of playlists.on(seed).subarray(0, LOOK.playlists)) {
      const from = playlists.offsets[p]!
      addAll(playlists.row.subarray(from, Math.min(playlists.offsets[p + 1]!, from + LOOK.ofPlaylist)))
    }
  }
  for (const seed of seeds) found.delete(seed)
  return [...found]
}

/** A row's genres and tags, as the catalog writes them. */
export function tagNames(catalog: Catalog, row: number): readonly string[] {
  return catalog.genreSets
    .at(catalog.genres[row]!)
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
