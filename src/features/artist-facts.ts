import type { NamedRows } from './sound-inputs.ts'

/** What a catalog knows of its tracks, for facts about their artists. */
export interface KnownTracks {
  /** Of each track; '' when it has none. Folded, so that spellings meet. */
  readonly artists: readonly string[]
  readonly titles: readonly string[]
  /** Genre ids of each track, as often as the catalog says them. */
  readonly genres: readonly (readonly number[])[]
  readonly genreNames: readonly string[]
  /** NaN where the catalog does not say. */
  readonly popularity: Float64Array
  readonly year: Float64Array
  readonly sound: NamedRows
}

/** Which track a row is about; folded like the catalog's names. */
export interface Named {
  readonly artist: string
  readonly title: string
}

/** As if so many tracks of every artist were like the whole catalog. */
const PSEUDO_GENRES = 3
const PSEUDO_TRACKS = 2

/**
 * What the catalog knows of each row's artist: how much oftener than others the artist has each genre, mean popularity and year, and the
 * mean sound of the artist's *other* tracks, all drawn to the catalog's mean as if a few tracks were like it; and from how many tracks. An
 * artist whom the catalog does not have gets exactly that mean and a count of 0. No other row of the table takes part.
 */
export function artistFacts(tracks: KnownTracks, rows: readonly Named[]): NamedRows {
  const byArtist = new Map<string, number[]>()
  tracks.artists.forEach((artist, track) => {
    if (artist === '') return
    const own = byArtist.get(artist)
    if (own) own.push(track)
    else byArtist.set(artist, [track])
  })
  const columns = [
    genreColumns(tracks),
    meanColumn('popularity', tracks.popularity),
    meanColumn('year', tracks.year),
    soundColumns(tracks),
  ].filter(({ names }) => names.length > 0)
  const names = columns.flatMap((column) => column.names)
  const values = new Float64Array(rows.length * names.length)
  rows.forEach((row, i) => {
    const own = byArtist.get(row.artist) ?? []
    let at = i * names.length
    for (const column of columns) for (const value of column.of(own, row)) values[at++] = value
  })
  return { names, values, d: names.length }
}

interface FactColumns {
  readonly names: readonly string[]
  /** From the tracks of the row's artist. */
  of(own: readonly number[], row: Named): readonly number[]
}

/** log of the artist's share of each genre in that of the catalog, and log(1 + how many genres of tracks are known). */
function genreColumns({ genres, genreNames }: KnownTracks): FactColumns {
  const counts = new Float64Array(genreNames.length)
  for (const ids of genres) for (const id of ids) counts[id] = counts[id]! + 1
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return { names: [], of: () => [] }
  const prior = counts.map((count) => count / total)
  return {
    names: [...genreNames.map((name) => `artist: ${name}`), 'artist: genres known'],
    of(own) {
      const seen = new Float64Array(genreNames.length)
      for (const track of own) for (const id of genres[track]!) seen[id] = seen[id]! + 1
      const n = seen.reduce((sum, count) => sum + count, 0)
      const ratios = Array.from(seen, (count, id) =>
        Math.log((count / prior[id]! + PSEUDO_GENRES) / (n + PSEUDO_GENRES)),
      )
      return [...ratios, Math.log1p(n)]
    },
  }
}

function meanColumn(name: string, values: Float64Array): FactColumns {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) return { names: [], of: () => [] }
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  return {
    names: [`artist: ${name}`],
    of(own) {
      const told = own.map((track) => values[track]!).filter((value) => !Number.isNaN(value))
      const sum = told.reduce((total, value) => total + value, 0)
      return [(sum + PSEUDO_TRACKS * mean) / (told.length + PSEUDO_TRACKS)]
    },
  }
}

/** Mean of the standardised sound of the tracks with another title, as if one more were the catalog's mean. */
function soundColumns({ sound, titles }: KnownTracks): FactColumns {
  const { d, names } = sound
  if (d === 0) return { names: [], of: () => [] }
  const { mean, sd } = momentsOf(sound)
  return {
    names: [...names.map((name) => `artist: ${name}`), 'artist: other tracks'],
    of(own, row) {
      const others = own.filter((track) => titles[track] !== row.title)
      const sums = Array.from({ length: d }, (_, j) => {
        let [total, count] = [0, 1]
        for (const track of others) {
          const value = sound.values[track * d + j]!
          if (Number.isNaN(value)) continue
          total += Math.min(Math.max((value - mean[j]!) / sd[j]!, -4), 4)
          count++
        }
        return total / count
      })
      return [...sums, Math.log1p(others.length)]
    },
  }
}

function momentsOf({ values, d }: NamedRows): { mean: Float64Array; sd: Float64Array } {
  const [counts, sums, squares] = [new Float64Array(d), new Float64Array(d), new Float64Array(d)]
  values.forEach((value, at) => {
    if (Number.isNaN(value)) return
    const j = at % d
    counts[j] = counts[j]! + 1
    sums[j] = sums[j]! + value
  })
  const mean = sums.map((sum, j) => sum / Math.max(counts[j]!, 1))
  values.forEach((value, at) => {
    if (!Number.isNaN(value)) squares[at % d] = squares[at % d]! + (value - mean[at % d]!) ** 2
  })
  const sd = squares.map((square, j) => Math.sqrt(square / Math.max(counts[j]!, 1)) || 1)
  return { mean, sd }
}
