import type { ItemContent } from './sequences.ts'

/** What the numbers of a catalog stand for elsewhere: the keys by which a model knows items and artists again in a later catalog. */
export interface TasteNames {
  /** Item → key, such as an identifier; '' for an item that no other catalog could know. */
  readonly items: readonly string[]
  /** Artist → name; 0 is nobody. */
  readonly artists: readonly string[]
}

/** What a model has learned vectors of; the first has row 1 of its table, row 0 is what is not known. */
export interface Vocabulary {
  readonly items: readonly string[]
  readonly artists: readonly string[]
  readonly tags: readonly string[]
}

/** The tables' rows of the items of a catalog. */
export interface TrackRows {
  /** Item → row of its own vector; 0: none. */
  readonly id: Int32Array
  /** Item → row of its artist. */
  readonly artist: Int32Array
  /** Item → rows of its tags; empty where none is known. */
  readonly tags: (item: number) => Int32Array
}

/**
 * The vocabulary of a catalog, after what an earlier one has: known words keep their rows.
 * @param had the items that each owner had: a track, an artist or a tag with less than `least` owners behind it gets no vector of its own
 */
export function vocabularyOf(
  content: ItemContent,
  names: TasteNames,
  had: readonly ReadonlySet<number>[],
  least: number,
  earlier: Vocabulary = { items: [], artists: [], tags: [] },
): Vocabulary {
  const nameOf = (artist: number) => (artist > 0 ? names.artists[artist]! : '')
  const extended = (known: readonly string[], words: Iterable<string>, wordsOf: WordsOf) => {
    const owners = ownersOf(had, wordsOf)
    const more = [...words].filter((word) => word !== '' && (owners.get(word) ?? 0) >= least)
    return [...new Set([...known, ...more])]
  }
  return {
    items: extended(earlier.items, names.items, (item) => [names.items[item]!]),
    artists: extended(earlier.artists, Array.from(new Set(content.artist), nameOf), (item) => [
      nameOf(content.artist[item]!),
    ]),
    tags: extended(
      earlier.tags,
      content.genreSets.flat(),
      (item) => content.genreSets[content.genres[item]!] ?? [],
    ),
  }
}

type WordsOf = (item: number) => readonly string[]

/** Word → how many owners had an item that has it. */
function ownersOf(had: readonly ReadonlySet<number>[], wordsOf: WordsOf): Map<string, number> {
  const owners = new Map<string, number>()
  for (const items of had) {
    const words = new Set<string>()
    for (const item of items) for (const word of wordsOf(item)) words.add(word)
    for (const word of words) owners.set(word, (owners.get(word) ?? 0) + 1)
  }
  return owners
}

/** Where a model finds the items of a catalog, by name: numbers of another catalog are never read as its own. */
export function trackRows(content: ItemContent, names: TasteNames, vocabulary: Vocabulary): TrackRows {
  const [items, artists, tags] = [vocabulary.items, vocabulary.artists, vocabulary.tags].map(
    (words) => new Map(words.map((word, at) => [word, at + 1])),
  ) as [Map<string, number>, Map<string, number>, Map<string, number>]
  const rowOfArtist = names.artists.map((name) => artists.get(name) ?? 0)
  const sets = content.genreSets.map((set) =>
    Int32Array.from(set, (tag) => tags.get(tag) ?? 0).filter((row) => row > 0),
  )
  const none = new Int32Array(0)
  return {
    id: Int32Array.from({ length: content.items }, (_, item) => items.get(names.items[item]!) ?? 0),
    artist: Int32Array.from(content.artist, (artist) => (artist > 0 ? (rowOfArtist[artist] ?? 0) : 0)),
    tags: (item) => sets[content.genres[item]!] ?? none,
  }
}
