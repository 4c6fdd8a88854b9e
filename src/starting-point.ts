import { createHash } from 'node:crypto'
import { remembered } from './candidates/catalog-index.ts'
import { type KinshipSources, kinshipWith, tagNames } from './candidates/kinship.ts'
import type { ScoredCandidate } from './core/candidate.ts'
import { DeepcutsError } from './core/errors.ts'
import type { Kinship } from './core/kinship.ts'
import type { Query, Seeds } from './core/query.ts'
import type { Random } from './core/random.ts'
import { AUDIO_FEATURES } from './core/track.ts'
import type { ExposureBody } from './explore/exposure.ts'
import { AUDIO_STRIDE, type Catalog, rowOfTrack, trackAt } from './library/catalog.ts'
import type { KinshipFacts } from './mix/kinship-words.ts'
import type { Recipe } from './mix/recipe.ts'
import type { Filter } from './rank/filter.ts'

/** Closeness is asked for when the closest are chosen, when they are scored, and for the reason; of so many rows it is worked out once. */
const MOST_KIN = 5000

/** A short name of where a mix starts, the same for the same tracks in the same order. */
export function nameOfSeeds({ trackIds }: Seeds): string {
  return createHash('sha256').update(trackIds.join()).digest('hex').slice(0, 12)
}

/** Where a mix starts, as the request path needs it. */
export interface StartingPoint {
  readonly seeds: Seeds
  /** The seeds' rows for the sources, which look around the first of them: in an order of the day. */
  readonly rows: readonly number[]
  /** Keeps the seeds out of the mix, in all their versions, unless they are an artist's songs. */
  readonly filter: Filter
  /** What the first track follows on, for a recipe that goes on from the seeds. */
  readonly after?: Pick<ScoredCandidate, 'tempo' | 'key' | 'mode' | 'energy'>
  /** What the log keeps of it. */
  readonly asked: Pick<ExposureBody, 'from' | 'after'>
  kinship(row: number): Kinship
  /** What may be told of a row. */
  facts(row: number): KinshipFacts
}

/**
 * The starting point of a query; undefined for a recipe that starts from what the listener loves.
 * @throws DeepcutsError NEEDS_SEEDS, NEEDS_NO_SEEDS
 */
export function startingPoint(
  { from }: Query,
  recipe: Recipe,
  sources: KinshipSources,
  random: Random,
): StartingPoint | undefined {
  if (!recipe.startsFrom) {
    if (from) throw new DeepcutsError('NEEDS_NO_SEEDS', { recipe: recipe.name, from: from.title })
    return undefined
  }
  const { catalog } = sources
  const { songOf } = sources.index
  const rows = [...new Set(from?.trackIds.map((id) => rowOfTrack(catalog, id)))].filter((row) => row >= 0)
  if (!from || rows.length === 0) {
    const example = recipe.startsFrom === 'playlist' ? 'playlist.xspf' : '"Title – Artist"'
    throw new DeepcutsError('NEEDS_SEEDS', { recipe: recipe.name, example })
  }
  const after = recipe.startsFrom === 'playlist' ? soundOf(catalog, rows.at(-1)!) : undefined
  const flow = after && [after.tempo, after.key, after.mode, after.energy].map((value) => value ?? null)
  const songs = new Set(from.kind === 'artist' ? [] : rows.map(songOf))
  const kinship = remembered(MOST_KIN, kinshipWith(rows, sources))
  const tags = new Set(rows.flatMap((row) => tagNames(catalog, row)))
  const nameOf = (artist: number | undefined) => (artist === undefined ? '' : catalog.artists.at(artist))
  return {
    seeds: from,
    rows: rows.length > 1 && from.kind !== 'artist' ? random.shuffle([...rows]) : rows,
    filter: { name: 'seed', removes: ({ row }) => songs.has(songOf(row)) },
    ...(after && { after }),
    asked: { from, ...(flow && { after: flow }) },
    kinship,
    facts: (row) => {
      const kin = kinship(row)
      return {
        kinship: kin,
        artist: nameOf(catalog.artist[row]),
        seed: trackAt(catalog, kin.seed),
        likeArtist: nameOf(kin.likeArtist),
        tags: tagNames(catalog, row).filter((tag) => tags.has(tag)),
        from: { title: from.title, kind: from.kind ?? 'track' },
      }
    },
  }
}

function soundOf(catalog: Catalog, row: number): NonNullable<StartingPoint['after']> {
  const value = (name: (typeof AUDIO_FEATURES)[number]) =>
    catalog.audio[row * AUDIO_STRIDE + AUDIO_FEATURES.indexOf(name)]!
  const known = (['tempo', 'key', 'mode', 'energy'] as const)
    .map((name) => [name, value(name)] as const)
    .filter(([, one]) => !Number.isNaN(one))
  return Object.fromEntries(known)
}
