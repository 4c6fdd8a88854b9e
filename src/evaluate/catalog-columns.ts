import { breathe } from '../core/breathe.ts'
import type { Progress } from '../core/progress.ts'
import type { Random } from '../core/random.ts'
import { AUDIO_FEATURES } from '../core/track.ts'
import { artistFacts } from '../features/artist-facts.ts'
import { type NamedRows, pickRows, soundInputs } from '../features/sound-inputs.ts'
import { fitTableEncoding, type TablePart } from '../features/table-encoding.ts'
import { learnSound, type SoundLessons } from '../model/sound-knowledge.ts'
import type { Table } from './table.ts'
import type { TableCatalog } from './table-catalog.ts'

/** Fewer recordings with sound and a genre or playlist teach more noise than music. */
const FEWEST_RECORDINGS = 500
const FEWEST_LABELS = 2
const FEWEST_FEATURES = 4
/** What networks listen to: a time signature is 4 nearly everywhere, and many catalogs leave it out. */
const HEARD = AUDIO_FEATURES.filter((feature) => feature !== 'time_signature')
/** Cut into bins beside their shaped values. */
const BINNED = HEARD.filter((feature) => feature !== 'key' && feature !== 'mode')
const BINS = 24
/** A playlist says less than a genre, and there are many. */
const PLAYLIST_WEIGHT = 0.3

/**
 * The table with what the catalog teaches: columns that networks, trained on the catalog's genres and playlists, hear in each row, and facts on each
 * row's artist. Neither reads a label or another row of the table, so both are the same in every fold. Notes say what was learned, or why not.
 */
export async function withCatalog(
  table: Table,
  catalog: TableCatalog,
  random: Random,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Table> {
  const sound = await heardSound(table, catalog, random, progress, signal)
  const facts = knownArtists(table, catalog)
  return {
    ...table,
    ...(sound.rows && { sound: sound.rows }),
    ...(facts.rows && { facts: facts.rows }),
    notes: [...table.notes, sound.note, facts.note],
  }
}

interface Learned {
  readonly rows?: NamedRows
  readonly note: string
}

async function heardSound(
  table: Table,
  catalog: TableCatalog,
  random: Random,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<Learned> {
  const { file } = catalog
  const features = HEARD.filter((name) => table.features.includes(name) && catalog.features.includes(name))
  const nothing = (why: string): Learned => ({ note: `Nothing was learned from ${file}: ${why}.` })
  if (catalog.genreNames.length + catalog.playlistCount < FEWEST_LABELS)
    return nothing('it has neither genres nor playlists')
  if (features.length < FEWEST_FEATURES) return nothing('it shares too few audio features with the table')
  const audio = audioOf(catalog, features)
  const taught = [...new Array<number>(catalog.size).keys()].filter(
    (i) => catalog.genres[i]!.length + catalog.playlists[i]!.length > 0 && isWhole(audio, i),
  )
  if (taught.length < FEWEST_RECORDINGS)
    return nothing(
      `only ${taught.length} of its recordings have these audio features and a genre or playlist, and ${FEWEST_RECORDINGS} are needed`,
    )
  const recordings = Uint32Array.from(taught)
  await breathe(signal)
  const encoding = fitTableEncoding(partsOf(audio), recordings)
  const lessons = lessonsOf(catalog, recordings, encoding.encode(recordings), encoding.width)
  const knowledge = await learnSound(lessons, random.fork('sound'), progress, signal)
  if (!knowledge) return nothing('the training diverged; look for columns of extreme values')
  try {
    const own = pickRows({ names: table.features, values: table.values, d: table.features.length }, features)
    const rows = [...new Array<number>(table.n).keys()].filter((i) => isWhole(own, i))
    // The same encoding for the rows of the table: they stand below the catalog's.
    const both = partsOf({ ...audio, values: Float64Array.from([...audio.values, ...own.values]) })
    const inputs = fitTableEncoding(both, recordings).encode(
      Uint32Array.from(rows, (row) => catalog.size + row),
    )
    const heard = await knowledge.hear(inputs)
    const { width } = knowledge
    const values = new Float64Array(table.n * width).fill(Number.NaN)
    rows.forEach((row, i) => {
      values.set(heard.subarray(i * width, (i + 1) * width), row * width)
    })
    const names = Array.from({ length: width }, (_, k) => `heard ${k + 1}`)
    return {
      rows: { names, values, d: width },
      note:
        `${width} columns come from networks that learned ${catalog.genreNames.length} genres and ${catalog.playlistCount} playlists ` +
        `from the sound of ${taught.length} recordings of ${file}.`,
    }
  } finally {
    await knowledge.close()
  }
}

function knownArtists(table: Table, catalog: TableCatalog): Learned {
  const { file } = catalog
  if (!table.named) return { note: `The table names no artists, so that ${file} has no facts on them.` }
  const shapedSound = soundInputs(catalog.features, audioOf(catalog, catalog.features))
  const sound = pickRows(
    shapedSound,
    shapedSound.names.filter((name) => name !== 'mode' && name !== 'four beats'),
  )
  const rows = artistFacts({ ...catalog, sound }, table.named)
  const artists = new Set(catalog.artists)
  const known = table.named.filter(({ artist }) => artist !== '' && artists.has(artist)).length
  if (known === 0) return { note: `${file} has none of the table's artists.` }
  return {
    rows,
    note: `${rows.d} columns are facts on the artist from ${file}, which has the artist of ${known} of ${table.n} rows.`,
  }
}

function audioOf(catalog: TableCatalog, features: TableCatalog['features']): NamedRows {
  const values = Float64Array.from({ length: catalog.size * features.length }, (_, at) =>
    catalog.value(Math.floor(at / features.length), features[at % features.length]!),
  )
  return { names: features, values, d: features.length }
}

function isWhole({ values, d }: NamedRows, row: number): boolean {
  return values.subarray(row * d, (row + 1) * d).every((value) => !Number.isNaN(value))
}

function partsOf(audio: NamedRows): TablePart[] {
  const binned = pickRows(
    audio,
    audio.names.filter((name) => BINNED.some((feature) => feature === name)),
  )
  return [
    { rows: soundInputs(audio.names, audio), as: 'values' },
    { rows: binned, as: 'bins', bins: BINS },
    ...(audio.names.includes('key') ? [{ rows: keyColumns(audio), as: 'values' } as const] : []),
  ]
}

/** One column a key, 1 or 0: keys have no order. */
function keyColumns(audio: NamedRows): NamedRows {
  const { values } = pickRows(audio, ['key'])
  const out = new Float64Array(values.length * 12)
  values.forEach((key, i) => {
    if (key >= 0) out[i * 12 + key] = 1
  })
  return { names: Array.from({ length: 12 }, (_, key) => `key ${key}`), values: out, d: 12 }
}

function lessonsOf(
  catalog: TableCatalog,
  recordings: Uint32Array,
  inputs: Float32Array,
  d: number,
): SoundLessons {
  const genres = catalog.genreNames.length
  const count = genres + catalog.playlistCount
  const kinds = [catalog.genres, catalog.playlists]
  const told = new Uint8Array(recordings.length * 2)
  const numbers = new Float32Array(recordings.length * 2)
  const labels = Array.from(recordings, (recording, i) => {
    kinds.forEach((kind, k) => {
      told[i * 2 + k] = kind[recording]!.length > 0 ? 1 : 0
    })
    numbers[i * 2] = (catalog.year[recording]! - 2000) / 15
    numbers[i * 2 + 1] = (catalog.popularity[recording]! - 40) / 25
    const playlists = catalog.playlists[recording]!.map((id) => genres + id)
    return Uint16Array.from(new Set([...catalog.genres[recording]!, ...playlists])).sort()
  })
  return {
    n: recordings.length,
    inputs,
    d,
    labels,
    weights: Float32Array.from({ length: count }, (_, label) => (label < genres ? 1 : PLAYLIST_WEIGHT)),
    kinds: Uint8Array.from({ length: count }, (_, label) => (label < genres ? 0 : 1)),
    told,
    kindCount: 2,
    numbers,
    numberCount: 2,
  }
}
