import {
  AUDIO_FEATURES,
  type AudioFeature,
  type AudioFeatures,
  FEATURE_RANGES,
  type TrackFacts,
  WHOLE_FEATURES,
} from '../core/track.ts'
import type { Columns, Role } from './columns.ts'

/** In these, Spotify writes 0 for "not detected". */
const ZERO_IS_MISSING: ReadonlySet<AudioFeature> = new Set(['tempo', 'time_signature', 'duration_ms'])
const MISSING = /^(|nan|na|n\/a|null|none|undefined|-)$/i

/** A number inside the feature's range; undefined when it is missing, or bad: then `onBad` is called. */
export function featureValue(
  name: AudioFeature,
  cell: string | number,
  onBad: () => void,
): number | undefined {
  const value = cell === '' ? Number.NaN : Number(cell)
  if (Number.isNaN(value) && MISSING.test(`${cell}`.trim())) return undefined
  if (value === 0 && ZERO_IS_MISSING.has(name)) return undefined
  const [low, high] = FEATURE_RANGES[name]
  if (value >= low && value <= high && (!WHOLE_FEATURES.has(name) || Number.isInteger(value))) return value
  onBad()
  return undefined
}

/** The trimmed cell of a role, '' when there is none. */
export function cellOf(row: readonly string[], columns: Columns, role: Role): string {
  const index = columns.get(role)?.[0]
  return index === undefined ? '' : (row[index]?.trim() ?? '')
}

/** The audio features that a row states; a length in seconds counts where there is none in milliseconds. */
export function audioOf(row: readonly string[], columns: Columns, onBad: () => void): AudioFeatures {
  const audio: AudioFeatures = {}
  for (const name of AUDIO_FEATURES) {
    const index = columns.get(name)?.[0]
    const value = index === undefined ? undefined : featureValue(name, row[index] ?? '', onBad)
    if (value !== undefined) audio[name] = value
  }
  const seconds = Number(cellOf(row, columns, 'seconds'))
  if (audio.duration_ms === undefined && seconds > 0) {
    const length = featureValue('duration_ms', Math.round(seconds * 1000), onBad)
    if (length !== undefined) audio.duration_ms = length
  }
  return audio
}

/** What a row says about its track beyond its names; undefined when that is nothing. */
export function factsOf(
  row: readonly string[],
  columns: Columns,
  now: number,
  onBad: () => void,
): TrackFacts | undefined {
  const audio = audioOf(row, columns, onBad)
  const year = yearOf(cellOf(row, columns, 'released'), now)
  const popularity = popularityOf(cellOf(row, columns, 'popularity'), onBad)
  const genres = genresOf((columns.get('genres') ?? []).map((index) => row[index] ?? ''))
  const facts = {
    ...(Object.keys(audio).length > 0 && { audio }),
    ...(year !== undefined && { year }),
    ...(popularity !== undefined && { popularity }),
    ...(genres.length > 0 && { genres }),
  }
  return Object.keys(facts).length > 0 ? { source: 'spotify', ...facts } : undefined
}

/** The first of several artists. Only semicolons and list brackets separate: "Tyler, The Creator" is one. */
export function mainArtist(cell: string): string {
  const list = /^\[\s*(?:'(.*?)'|"(.*?)")\s*[,\]]/.exec(cell)
  return (list?.[1] ?? list?.[2] ?? cell.split(';')[0] ?? '').trim()
}

function yearOf(cell: string, now: number): number | undefined {
  const year = Number(/^(\d{4})(?:\.0)?(?:-\d\d)?(?:-\d\d)?(?:T.*)?$/.exec(cell)?.[1])
  return year >= 1860 && year <= new Date(now).getUTCFullYear() + 1 ? year : undefined
}

function popularityOf(cell: string, onBad: () => void): number | undefined {
  if (MISSING.test(cell)) return undefined
  const value = Number(cell)
  if (value >= 0 && value <= 100) return value
  onBad()
  return undefined
}

/** Genres in lower case, without repeats; cells may hold lists. */
function genresOf(cells: readonly string[]): readonly string[] {
  const genres = cells
    .flatMap((cell) => cell.split(/[;,|]/))
    .map((genre) => genre.replace(/^[\s['"]+|[\s\]'"]+$/g, '').toLowerCase())
  return [...new Set(genres.filter((genre) => !MISSING.test(genre)))]
}
