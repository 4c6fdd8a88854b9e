import { AUDIO_FEATURES, fold } from '../core/track.ts'
import type { Store } from '../store/store.ts'
import { AUDIO_STRIDE, type Catalog, DURATION } from './catalog.ts'
import { STATED } from './import-record.ts'
import { groupRecordings } from './recordings.ts'
import { SAID } from './said-names.ts'
import { packTexts } from './texts.ts'

const CLAIM_COLUMNS = [
  'import',
  'identifier',
  'isrc',
  'mbid',
  'title',
  'artist',
  'album',
  'source',
  'genres',
  'year',
  'popularity',
  ...AUDIO_FEATURES,
] as const

/** On what scale audio features are preferred when several sources tell them. */
const PREFERRED_SOURCE = 'spotify'

/**
 * Folds every standing claim into one row a recording; names that only a saying keeps make no row of their own.
 * About a second for 120,000 tracks.
 */
export async function buildCatalog(store: Store, revision: number): Promise<Catalog> {
  const claims = await store.read('claims', CLAIM_COLUMNS, { orderBy: ['import', 'identifier'] })
  const identifiers = await store.read('identifiers', ['id', 'scheme', 'value'], { orderBy: ['id'] })
  const splits = await store.read('splits', ['identifier'])
  const size = (await store.max('identifiers', 'id')) + 1
  const merges = await store.read('merges', ['identifier', 'other'])
  const root = groupRecordings(claims, size, new Set(splits.identifier), merges)
  const stated = await store.read('imports', ['id'], { where: { format: STATED } })

  const told = new Uint8Array(size)
  claims.identifier.forEach((id, c) => {
    if (claims.import[c] !== SAID) told[root[id]!] = 1
  })
  const roots: number[] = []
  for (let id = 1; id < size; id++) if (told[id]) roots.push(id)
  const rowOfIdentifier = new Int32Array(size).fill(-1)
  roots.forEach((id, row) => {
    rowOfIdentifier[id] = row
  })
  for (let id = 1; id < size; id++) if (root[id]) rowOfIdentifier[id] = rowOfIdentifier[root[id]!]!

  const n = roots.length
  const text = () => new Array<string>(n).fill('')
  const [titles, albums, spotify, isrc, mbid] = [text(), text(), text(), text(), text()]
  const artistName = text()
  const audio = new Float32Array(n * AUDIO_STRIDE).fill(Number.NaN)
  const source = new Uint8Array(n)
  const sources = ['']
  const year = new Float32Array(n).fill(Number.NaN)
  const popularity = new Float32Array(n).fill(Number.NaN)
  const genres = new Int32Array(n)
  const genreSets = indexer()

  const columns = AUDIO_FEATURES.map((name) => claims[name])
  for (const c of statedFirst(claims.import, new Set(stated.id))) {
    if (claims.import[c] === SAID) continue
    const row = rowOfIdentifier[claims.identifier[c]!]!
    titles[row] ||= claims.title[c]!
    artistName[row] ||= claims.artist[c]!
    albums[row] ||= claims.album[c]!
    isrc[row] ||= claims.isrc[c]!
    mbid[row] ||= claims.mbid[c]!
    if (Number.isNaN(year[row]!)) year[row] = claims.year[c]!
    if (Number.isNaN(popularity[row]!)) popularity[row] = claims.popularity[c]!
    if (genres[row] === 0 && claims.genres[c]) genres[row] = genreSets.index(claims.genres[c]!)
    const from = claims.source[c]!
    const current = sources[source[row]!]!
    const heard = columns.some((column, f) => f !== DURATION && !Number.isNaN(column[c]!))
    if (heard && (source[row] === 0 || (from === PREFERRED_SOURCE && current !== PREFERRED_SOURCE))) {
      if (!sources.includes(from)) sources.push(from)
      source[row] = sources.indexOf(from)
      // Scales are not mixed: only the length means the same everywhere.
      for (let f = 0; f < AUDIO_STRIDE; f++) if (f !== DURATION) audio[row * AUDIO_STRIDE + f] = Number.NaN
    }
    const sameScale = source[row] !== 0 && sources[source[row]!] === from
    for (let f = 0; f < AUDIO_STRIDE; f++) {
      const at = row * AUDIO_STRIDE + f
      if ((sameScale || f === DURATION) && Number.isNaN(audio[at]!)) audio[at] = columns[f]![c]!
    }
  }
  identifiers.id.forEach((id, i) => {
    const row = rowOfIdentifier[id] ?? -1
    if (row < 0) return
    const scheme = identifiers.scheme[i]!
    if (scheme === 'spotify') spotify[row] ||= identifiers.value[i]!
    else if (scheme === 'isrc') isrc[row] ||= identifiers.value[i]!
    else if (scheme === 'mbid') mbid[row] ||= identifiers.value[i]!
  })

  const artistIndex = indexer(fold)
  const artist = Int32Array.from(artistName, (name) => artistIndex.index(name))
  return {
    revision,
    size: n,
    trackId: Int32Array.from(roots),
    rowOfIdentifier,
    artist,
    audio,
    source,
    sources,
    year,
    popularity,
    genres,
    genreSets: packTexts(genreSets.names),
    titles: packTexts(titles),
    albums: packTexts(albums),
    artists: packTexts(artistIndex.names),
    spotify: packTexts(spotify),
    isrc: packTexts(isrc),
    mbid: packTexts(mbid),
  }
}

/** The places of claims: what apps state of tracks stands above what imports tell, which is in the order of the imports. */
function statedFirst(imports: Int32Array, stated: ReadonlySet<number>): Int32Array {
  const places = Int32Array.from(imports.keys())
  if (stated.size === 0) return places
  const isStated = (c: number) => stated.has(imports[c]!)
  return Int32Array.from([...places.filter(isStated), ...places.filter((c) => !isStated(c))])
}

/** Gives distinct texts consecutive numbers; '' is 0. Texts with the same key share a number and keep the first spelling. */
function indexer(key: (text: string) => string = (text) => text) {
  const names = ['']
  const byName = new Map([['', 0]])
  const byKey = new Map([['', 0]])
  return {
    names,
    index(name: string): number {
      const exact = byName.get(name)
      if (exact !== undefined) return exact
      const folded = key(name)
      const known = byKey.get(folded)
      const index = known ?? names.push(name) - 1
      byName.set(name, index)
      if (known === undefined) byKey.set(folded, index)
      return index
    },
  }
}
