import type { Random } from '../core/random.ts'
import { AUDIO_FEATURES, type AudioFeatures, type TrackFacts, type TrackRef } from '../core/track.ts'
import { names } from './names.ts'

/** How a genre of the invented world sounds: typical values on the usual scales. */
export interface WorldGenre {
  readonly name: string
  /** Relative number of artists. */
  readonly share: number
  readonly danceability: number
  readonly energy: number
  /** dB. */
  readonly loudness: number
  readonly speechiness: number
  readonly acousticness: number
  readonly valence: number
  /** BPM and its spread. */
  readonly tempo: readonly [mean: number, deviation: number]
  /** Share of tracks without a voice. */
  readonly instrumental: number
  /** Share of tracks in a major key. */
  readonly major: number
  readonly minutes: number
  /** Typical year of release. */
  readonly year: number
}

const genre = (
  name: string,
  share: number,
  [danceability, energy, speechiness, acousticness, valence]: readonly [
    number,
    number,
    number,
    number,
    number,
  ],
  loudness: number,
  tempo: readonly [number, number],
  [instrumental, major, minutes, year]: readonly [number, number, number, number],
): WorldGenre => ({
  name,
  share,
  danceability,
  energy,
  speechiness,
  acousticness,
  valence,
  loudness,
  tempo,
  instrumental,
  major,
  minutes,
  year,
})

/** The genres: the ranges follow what published tables of these features show for the real genres. */
export const WORLD_GENRES: readonly WorldGenre[] = [
  //     name        share  dance energy speech acoust valence  dB    tempo      instr major min  year
  genre('pop', 14, [0.66, 0.68, 0.06, 0.2, 0.55], -5.8, [118, 20], [0.01, 0.62, 3.4, 2016]),
  genre('rock', 12, [0.5, 0.78, 0.05, 0.1, 0.5], -6.8, [124, 24], [0.05, 0.68, 3.9, 2001]),
  genre('hip hop', 11, [0.76, 0.64, 0.24, 0.15, 0.5], -6.6, [108, 28], [0.02, 0.5, 3.3, 2017]),
  genre('house', 9, [0.78, 0.8, 0.06, 0.05, 0.52], -7.2, [124, 4], [0.4, 0.48, 5.4, 2014]),
  genre('techno', 6, [0.72, 0.85, 0.06, 0.03, 0.25], -8.6, [130, 6], [0.85, 0.47, 6.4, 2013]),
  genre('folk', 9, [0.5, 0.35, 0.04, 0.74, 0.42], -11.4, [116, 26], [0.06, 0.76, 3.7, 2010]),
  genre('jazz', 6, [0.52, 0.33, 0.05, 0.72, 0.46], -13.2, [112, 28], [0.6, 0.55, 5.2, 1978]),
  genre('classical', 5, [0.3, 0.14, 0.04, 0.94, 0.2], -21.5, [104, 28], [0.93, 0.64, 5.8, 1995]),
  genre('ambient', 5, [0.34, 0.2, 0.04, 0.8, 0.12], -19.0, [100, 24], [0.92, 0.56, 5.0, 2012]),
  genre('metal', 7, [0.4, 0.93, 0.09, 0.01, 0.32], -5.0, [130, 26], [0.12, 0.52, 4.6, 2006]),
  genre('soul', 8, [0.64, 0.5, 0.06, 0.42, 0.62], -9.0, [106, 22], [0.02, 0.56, 3.8, 1988]),
  genre('latin', 8, [0.73, 0.74, 0.08, 0.24, 0.7], -5.9, [108, 24], [0.02, 0.52, 3.5, 2018]),
]

/** An artist of the invented world. */
export interface WorldArtist {
  readonly name: string
  /** Index into `WORLD_GENRES`. */
  readonly genre: number
  /** Tracks of this artist: from `firstTrack`, `tracks` of them. */
  readonly firstTrack: number
  readonly tracks: number
}

/** A track of the invented world with what nobody but the world knows about it. */
export interface WorldTrack {
  readonly ref: Required<Pick<TrackRef, 'spotify' | 'title' | 'artist' | 'album'>>
  /** What the catalog says; without `audio` for the few tracks whose features are missing. */
  readonly facts: TrackFacts
  /** Index into the world's artists. */
  readonly artist: number
  /** Index into `WORLD_GENRES`. */
  readonly genre: number
  readonly durationMs: number
  /** The true sound, standardised over the catalog: one number for each of `WORLD_SOUND`. */
  readonly sound: Float64Array
  /** How good everybody finds it, in log-odds; popularity follows it loosely. */
  readonly quality: number
}

/** The features that tastes are made of, in the order of `WorldTrack.sound`. */
export const WORLD_SOUND = [
  'danceability',
  'energy',
  'loudness',
  'speechiness',
  'acousticness',
  'instrumentalness',
  'valence',
  'tempo',
] as const

const MISSING_AUDIO = 0.03
const QUALITY_DEVIATION = 0.3

/** An invented catalog of exactly `tracks` tracks by `artists` artists; pure in its arguments. `thisYear` bounds the years of release. */
export function makeCatalog(
  random: Random,
  tracks: number,
  artists: number,
  thisYear: number,
): { readonly tracks: readonly WorldTrack[]; readonly artists: readonly WorldArtist[] } {
  const invent = names(random.fork('names'))
  const draw = random.fork('sound')
  const sizes = shares(draw, tracks, artists)
  const madeArtists: WorldArtist[] = []
  const rows: { row: Omit<WorldTrack, 'sound'>; audio: Required<AudioFeatures> }[] = []
  for (const size of sizes) {
    const genreIndex = draw.pick(WORLD_GENRES.map((g) => g.share))
    const genre = WORLD_GENRES[genreIndex]!
    const artist: WorldArtist = {
      name: invent.artist(),
      genre: genreIndex,
      firstTrack: rows.length,
      tracks: size,
    }
    const style = {
      intensity: 0.6 * draw.normal(),
      mood: 0.6 * draw.normal(),
      debut: genre.year + 7 * draw.normal(),
    }
    const fame = 38 + 13 * draw.normal()
    const titles = new Set<string>()
    let album = ''
    let year = 0
    for (let i = 0; i < size; i++) {
      if (i % 9 === 0) {
        album = invent.title(titles)
        year = Math.round(Math.min(thisYear, Math.max(1955, style.debut + (i / 9) * 2.5)))
      }
      const audio = sounds(draw, genre, style)
      const quality = QUALITY_DEVIATION * draw.normal()
      const popularity = Math.round(clamp(fame + 18 * quality + 5 * draw.normal(), 0, 100))
      const known = draw.next() >= MISSING_AUDIO
      const facts = { source: 'spotify', year, popularity, genres: [genre.name] }
      rows.push({
        audio,
        row: {
          ref: { spotify: invent.id(), title: invent.title(titles), artist: artist.name, album },
          facts: known ? { ...facts, audio } : facts,
          artist: madeArtists.length,
          genre: genreIndex,
          durationMs: audio.duration_ms,
          quality,
        },
      })
    }
    madeArtists.push(artist)
  }
  const standardise = WORLD_SOUND.map((name) => standardiser(rows.map(({ audio }) => audio[name])))
  const made = rows.map(({ row, audio }) => ({
    ...row,
    sound: Float64Array.from(WORLD_SOUND, (name, i) => standardise[i]!(audio[name])),
  }))
  return { tracks: made, artists: madeArtists }
}

/** One track's features. Two hidden factors give the usual correlations: intensity drives energy and loudness up and acousticness down, mood drives valence and danceability. */
function sounds(
  draw: Random,
  genre: WorldGenre,
  style: { readonly intensity: number; readonly mood: number },
): Required<AudioFeatures> {
  const intensity = style.intensity + 0.7 * draw.normal()
  const mood = style.mood + 0.7 * draw.normal()
  const around = (typical: number, shift: number) => round(sigmoid(logit(typical) + shift), 4)
  const noise = (deviation: number) => deviation * draw.normal()
  const voiceless = draw.next() < genre.instrumental
  const live = draw.next() < 0.05
  const minutes = genre.minutes * Math.exp(noise(0.22))
  const meter = draw.pick([0.065, 0.925, 0.01])
  const audio = {
    danceability: around(genre.danceability, 0.35 * mood - 0.1 * intensity + noise(0.3)),
    energy: around(genre.energy, 0.75 * intensity + noise(0.25)),
    key: draw.int(12),
    loudness: round(clamp(genre.loudness + 1.9 * intensity + noise(1.1), -60, 0), 3),
    mode: draw.next() < genre.major ? 1 : 0,
    speechiness: around(genre.speechiness, noise(0.45)),
    acousticness: around(genre.acousticness, -0.9 * intensity + noise(0.8)),
    instrumentalness: around(voiceless ? 0.82 : 0.0006, noise(voiceless ? 0.6 : 1.6)),
    liveness: around(live ? 0.75 : 0.14, noise(0.5)),
    valence: around(genre.valence, 0.7 * mood + noise(0.4)),
    tempo: round(clamp(genre.tempo[0] + 2 * intensity + genre.tempo[1] * draw.normal(), 50, 215), 3),
    duration_ms: Math.round(clamp(minutes, 1, 15) * 60_000),
    time_signature: [3, 4, 5][meter]!,
  } satisfies Required<AudioFeatures>
  return Object.fromEntries(AUDIO_FEATURES.map((name) => [name, audio[name]])) as Required<AudioFeatures>
}

/** Splits `total` into `parts` whole numbers ≥ 1 with a long tail (log-normal, σ 0.8). */
function shares(draw: Random, total: number, parts: number): number[] {
  const weights = Array.from({ length: parts }, () => Math.exp(0.8 * draw.normal()))
  const sum = weights.reduce((a, b) => a + b, 0)
  const sizes = weights.map((weight) => 1 + Math.floor(((total - parts) * weight) / sum))
  for (let left = total - sizes.reduce((a, b) => a + b, 0); left > 0; left--) sizes[draw.int(parts)]! += 1
  return sizes
}

function standardiser(values: readonly number[]): (value: number) => number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
  const deviation = Math.sqrt(variance) || 1
  return (value) => (value - mean) / deviation
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const logit = (p: number) => Math.log(p / (1 - p))
const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x))
const round = (x: number, digits: number) => Number(x.toFixed(digits))
