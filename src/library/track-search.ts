import { breathe } from '../core/breathe.ts'
import type { Catalog } from './catalog.ts'
import { plain } from './find-track.ts'

/** Names are made ready in steps of so many rows, between which others have their turn. */
const STEP = 5000
/** More words than this narrow nothing down. */
const WORDS = 12

const ready = new WeakMap<Catalog, Promise<readonly string[]>>()

/**
 * Rows whose title, artist and album together hold every word of a text, letters' case, accents and punctuation aside; all rows without one.
 * In the order of the rows, which is that of track ids. The names are made ready once a catalog, which takes a moment where it is large.
 */
export async function searchTracks(catalog: Catalog, text: string): Promise<readonly number[]> {
  const words = plain(text).split(' ').filter(Boolean).slice(0, WORDS)
  const all = Array.from({ length: catalog.size }, (_, row) => row)
  if (words.length === 0) return all
  const names = await namesOf(catalog)
  return all.filter((row) => words.every((word) => names[row]!.includes(word)))
}

function namesOf(catalog: Catalog): Promise<readonly string[]> {
  const known = ready.get(catalog) ?? readNames(catalog)
  ready.set(catalog, known)
  return known
}

async function readNames(catalog: Catalog): Promise<readonly string[]> {
  const artists = Array.from({ length: catalog.artists.size }, (_, i) => plain(catalog.artists.at(i)))
  const names: string[] = []
  for (let row = 0; row < catalog.size; row++) {
    if (row % STEP === STEP - 1) await breathe()
    names.push(
      `${plain(catalog.titles.at(row))} ${artists[catalog.artist[row]!]} ${plain(catalog.albums.at(row))}`,
    )
  }
  return names
}
