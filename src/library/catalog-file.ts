import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Catalog } from './catalog.ts'
import { type Texts, wrapTexts } from './texts.ts'

/** Raise it when the layout of the file changes: older files are then built anew. */
const LAYOUT = 2
/** Two 32-bit numbers: the checksum of all that follows it, and the length of the header. */
const PREFIX = 8
const NUMBERS = [
  'trackId',
  'rowOfIdentifier',
  'artist',
  'audio',
  'source',
  'year',
  'popularity',
  'genres',
] as const
const TEXTS = ['genreSets', 'titles', 'albums', 'artists', 'spotify', 'isrc', 'mbid'] as const

type NumberArray = Int32Array | Uint32Array | Float32Array | Uint8Array
const ARRAYS = { Int32Array, Uint32Array, Float32Array, Uint8Array }

interface Header {
  readonly layout: number
  readonly revision: number
  readonly size: number
  readonly sources: readonly string[]
  readonly sections: readonly { name: string; type: keyof typeof ARRAYS; offset: number; length: number }[]
}

/**
 * Writes the snapshot as one file: checksum, length, JSON header, then the arrays, each at a multiple of 8. Replaces older ones.
 * @param store names the store: a file that another one left in the folder is not read
 */
export async function writeCatalogFile(folder: string, store: string, catalog: Catalog): Promise<void> {
  const arrays: [string, NumberArray][] = NUMBERS.map((name) => [name, catalog[name]])
  for (const name of TEXTS)
    arrays.push([`${name}.bytes`, catalog[name].bytes], [`${name}.offsets`, catalog[name].offsets])
  let offset = 0
  const sections = arrays.map(([name, array]) => {
    const section = { name, type: typeName(array), offset, length: array.length }
    offset = align(offset + array.byteLength)
    return section
  })
  const { revision, size, sources } = catalog
  const header = Buffer.from(
    JSON.stringify({ layout: LAYOUT, revision, size, sources, sections } satisfies Header),
  )
  const start = align(PREFIX + header.length)
  const file = Buffer.alloc(start + offset)
  file.writeUInt32LE(header.length, 4)
  header.copy(file, PREFIX)
  arrays.forEach(([, array], i) => {
    file.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start + sections[i]!.offset)
  })
  file.writeUInt32LE(crc32(file.subarray(4)), 0)
  await mkdir(folder, { recursive: true })
  const path = fileOf(folder, store, revision)
  await writeFile(`${path}.part`, file)
  await rename(`${path}.part`, path)
  for (const name of await readdir(folder))
    if (name.startsWith('catalog-') && join(folder, name) !== path)
      await rm(join(folder, name), { force: true })
}

/** Reads the snapshot of a store's revision, or `undefined` when there is none, or none that is whole. */
export async function readCatalogFile(
  folder: string,
  store: string,
  revision: number,
): Promise<Catalog | undefined> {
  const file = await readFile(fileOf(folder, store, revision)).catch(() => undefined)
  if (!file || file.length < PREFIX || crc32(file.subarray(4)) !== file.readUInt32LE(0)) return undefined
  const end = PREFIX + file.readUInt32LE(4)
  const header = JSON.parse(file.toString('utf8', PREFIX, end)) as Header
  if (header.layout !== LAYOUT || header.revision !== revision) return undefined
  const memory = new Uint8Array(file.subarray(align(end))).buffer
  const arrays: Record<string, NumberArray> = {}
  for (const { name, type, offset, length } of header.sections)
    arrays[name] = new ARRAYS[type](memory, offset, length)
  const texts = (name: (typeof TEXTS)[number]): Texts =>
    wrapTexts(arrays[`${name}.bytes`] as Uint8Array, arrays[`${name}.offsets`] as Uint32Array)
  return {
    revision,
    size: header.size,
    sources: header.sources,
    trackId: arrays.trackId as Int32Array,
    rowOfIdentifier: arrays.rowOfIdentifier as Int32Array,
    artist: arrays.artist as Int32Array,
    audio: arrays.audio as Float32Array,
    source: arrays.source as Uint8Array,
    year: arrays.year as Float32Array,
    popularity: arrays.popularity as Float32Array,
    genres: arrays.genres as Int32Array,
    genreSets: texts('genreSets'),
    titles: texts('titles'),
    albums: texts('albums'),
    artists: texts('artists'),
    spotify: texts('spotify'),
    isrc: texts('isrc'),
    mbid: texts('mbid'),
  }
}

function typeName(array: NumberArray): keyof typeof ARRAYS {
  return array instanceof Int32Array
    ? 'Int32Array'
    : array instanceof Uint32Array
      ? 'Uint32Array'
      : array instanceof Float32Array
        ? 'Float32Array'
        : 'Uint8Array'
}

const align = (offset: number) => Math.ceil(offset / 8) * 8
const fileOf = (folder: string, store: string, revision: number) =>
  join(folder, `catalog-${store}-${revision}.bin`)
