import type { DescribedListener } from '../core/described-listener.ts'
import { SOUND } from '../features/taste.ts'
import type { TasteSpace } from '../features/taste-clusters.ts'
import type { Catalog } from '../library/catalog.ts'

/** What a track is to the listener; the later ones are drawn above the earlier. */
export const KINDS = ['new', 'heard', 'skipped', 'liked'] as const
export type Kind = (typeof KINDS)[number]
export const [NEW, HEARD, SKIPPED, LIKED] = [0, 1, 2, 3] as const

/** Why a track has the colour of its corner, in words. */
export const REASONS = [
  'closest to this corner by its sound, and by what its artist is played with',
  'closest to this corner by its sound',
  'closest to this corner by what its artist is played with: its sound is not known',
  'nothing but its name is known, so it is counted to the largest corner',
  'one of the tracks you love that make this corner',
] as const

/** What was said of a track by hand; the first says nothing. */
export const SAYINGS = ['', 'disliked', 'snoozed', 'never this artist'] as const

/** Names longer than this are cut: a page is no place for a name of 10,000 letters. */
const LONGEST = 120
/** Where no likability is known. */
const UNKNOWN_LIKABILITY = 255

/** The tracks of a map as columns, ordered by kind. */
export interface MapPoints {
  readonly n: number
  /** 0…65,535, the longer side of the map whole. */
  readonly x: Uint16Array
  readonly y: Uint16Array
  readonly kind: Uint8Array
  readonly corner: Uint8Array
  /** Index into `REASONS`. */
  readonly reason: Uint8Array
  /** Index into `SAYINGS`. */
  readonly said: Uint8Array
  /** Percent; 255 where it is not known. */
  readonly likability: Uint8Array
  readonly plays: Uint16Array
  readonly finishes: Uint16Array
  readonly skips: Uint16Array
  /** Index into `artists`. */
  readonly artist: Uint32Array
  readonly titles: readonly string[]
  readonly artists: readonly string[]
}

/** The tracks that a map shows, side by side. */
export interface ShownTracks {
  /** Rows of the catalog. */
  readonly rows: readonly number[]
  readonly corner: Uint8Array
  /** Index into `KINDS`. */
  readonly kinds: Uint8Array
  /** Two numbers a track. */
  readonly layout: Float32Array
  /** 0…1. */
  readonly likability?: Float32Array
}

export interface PointsInput extends ShownTracks {
  readonly catalog: Catalog
  readonly space: TasteSpace
  readonly state: Pick<DescribedListener, 'loved' | 'trackHistory' | 'refusal'>
}

/** The columns of a map's points. */
export function pointsOf(input: PointsInput): MapPoints {
  const { rows, catalog, kinds, corner, likability, state } = input
  const order = rows
    .map((_, i) => i)
    .sort((a, b) => kinds[a]! - kinds[b]! || corner[a]! - corner[b]! || a - b)
  const { x, y } = spread(input.layout, order)
  const loved = new Set(state.loved.map(({ row }) => row))
  const histories = order.map((i) => state.trackHistory(rows[i]!))
  const counts = (name: 'plays' | 'finishes' | 'skips') =>
    Uint16Array.from(histories, (history) => Math.min(history[name], 65_535))
  const artists = new Map<number, number>()
  const artist = Uint32Array.from(order, (i) => {
    const of = catalog.artist[rows[i]!]!
    if (!artists.has(of)) artists.set(of, artists.size)
    return artists.get(of)!
  })
  return {
    n: order.length,
    x,
    y,
    kind: Uint8Array.from(order, (i) => kinds[i]!),
    corner: Uint8Array.from(order, (i) => corner[i]!),
    reason: Uint8Array.from(order, (i) => reasonOf(input.space, loved, rows[i]!)),
    said: Uint8Array.from(order, (i) => SAYINGS.indexOf(state.refusal(rows[i]!) ?? '')),
    likability: Uint8Array.from(order, (i) =>
      likability ? Math.round(100 * likability[i]!) : UNKNOWN_LIKABILITY,
    ),
    plays: counts('plays'),
    finishes: counts('finishes'),
    skips: counts('skips'),
    artist,
    titles: order.map((i) => shortName(catalog.titles.at(rows[i]!))),
    artists: [...artists.keys()].map((of) => shortName(catalog.artists.at(of))),
  }
}

/** A name as a page shows it: without control characters, and no longer than can be read. */
export function shortName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, ' ').trim()
  if (plain.length <= LONGEST) return plain
  return `${Array.from(plain.slice(0, 2 * LONGEST))
    .slice(0, LONGEST)
    .join('')}…`
}

function reasonOf(space: TasteSpace, loved: ReadonlySet<number>, row: number): number {
  if (loved.has(row)) return 4
  const point = space.pointOf(row)
  const sound = point.subarray(0, SOUND.length).some((value) => !Number.isNaN(value))
  const company = point.subarray(SOUND.length).some((value) => !Number.isNaN(value))
  return sound ? (company ? 0 : 1) : company ? 2 : 3
}

/** The layout stretched to 16 bits a side, without changing its shape. */
function spread(layout: Float32Array, order: readonly number[]): { x: Uint16Array; y: Uint16Array } {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const most = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  layout.forEach((value, i) => {
    least[i % 2] = Math.min(least[i % 2]!, value)
    most[i % 2] = Math.max(most[i % 2]!, value)
  })
  const side = Math.max(most[0]! - least[0]!, most[1]! - least[1]!) || 1
  const column = (part: 0 | 1) =>
    Uint16Array.from(order, (i) => Math.round(((layout[2 * i + part]! - least[part]!) / side) * 65_535))
  return { x: column(0), y: column(1) }
}
