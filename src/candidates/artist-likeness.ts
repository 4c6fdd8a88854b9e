import { SOUND } from '../features/taste.ts'
import { AUDIO_STRIDE, type Catalog, hasAudio } from '../library/catalog.ts'
import { soundTree } from './sound-tree.ts'
import type { Tags } from './tags.ts'

/** An artist that is like another. */
export interface ArtistLikeness {
  readonly artist: number
  /** 0…1: half of it sound, half of it tags. */
  readonly closeness: number
}

/** Artists looked at for each: so many by their sound, and so many of each of their tags. */
const BY_SOUND = 48
const BY_TAG = 64
/** Artists that are kept as like one. */
const KEPT = 24
/** Below this nobody is called like another. */
const LEAST = 0.25
/** Artists for whom the answer is remembered. */
const REMEMBERED = 5000
/** A tag of more artists than this share of all says too little to go looking by. */
const COMMON_TAG = 0.2

interface Likenesses {
  readonly catalog: Catalog
  readonly audio: Float32Array
  readonly tags: Tags
  ofArtist(artist: number): Int32Array
}

/**
 * Which artists are like an artist: exp(−distance) of their tracks' mean sound, and the cosine of their tags, each weighted by how
 * much it tells. Where one of the two is not known of both, the other counts for all.
 */
export function artistLikeness({
  catalog,
  audio,
  tags,
  ofArtist,
}: Likenesses): (artist: number) => readonly ArtistLikeness[] {
  const count = catalog.artists.size
  const means = new Float32Array(count * SOUND.length)
  const sounds: number[] = []
  const profiles: Map<number, number>[] = []
  const withTag: number[][] = Array.from({ length: tags.count }, () => [])
  for (let artist = 1; artist < count; artist++) {
    const rows = ofArtist(artist)
    if (addMean(means, artist, rows, catalog, audio)) sounds.push(artist)
    profiles[artist] = profileOf(rows, catalog, tags)
    for (const tag of profiles[artist]!.keys()) withTag[tag]!.push(artist)
  }
  const hasSound = new Uint8Array(count)
  for (const artist of sounds) hasSound[artist] = 1
  const points = new Float32Array(sounds.length * SOUND.length)
  const pointOf = (artist: number) => means.subarray(artist * SOUND.length, (artist + 1) * SOUND.length)
  sounds.forEach((artist, i) => {
    points.set(pointOf(artist), i * SOUND.length)
  })
  const tree = soundTree(points, SOUND.length)

  const closeness = (a: number, b: number): number => {
    const parts: number[] = []
    if (hasSound[a] && hasSound[b]) {
      let sum = 0
      for (let k = 0; k < SOUND.length; k++)
        sum += (means[a * SOUND.length + k]! - means[b * SOUND.length + k]!) ** 2
      parts.push(Math.exp(-(2 * sum) / SOUND.length))
    }
    const [one, other] = [profiles[a]!, profiles[b]!]
    if (one.size && other.size) {
      let dot = 0
      for (const [tag, weight] of one) dot += weight * (other.get(tag) ?? 0)
      parts.push(dot)
    }
    return parts.length ? parts.reduce((sum, part) => sum + part, 0) / parts.length : 0
  }
  const find = (artist: number): readonly ArtistLikeness[] => {
    const looked = new Set<number>()
    if (hasSound[artist]) for (const i of tree.nearest(pointOf(artist), BY_SOUND)) looked.add(sounds[i]!)
    for (const tag of profiles[artist]?.keys() ?? []) {
      const among = withTag[tag]!
      if (among.length > BY_TAG && among.length > COMMON_TAG * count) continue
      const step = Math.max(1, among.length / BY_TAG)
      for (let at = 0; at < among.length; at += step) looked.add(among[Math.floor(at)]!)
    }
    looked.delete(artist)
    return Array.from(looked, (other) => ({ artist: other, closeness: closeness(artist, other) }))
      .filter((found) => found.closeness >= LEAST)
      .sort((a, b) => b.closeness - a.closeness || a.artist - b.artist)
      .slice(0, KEPT)
  }
  const kept = new Map<number, readonly ArtistLikeness[]>()
  return (artist) => {
    if (artist <= 0 || artist >= count) return []
    const known = kept.get(artist)
    if (known) return known
    const found = find(artist)
    if (kept.size >= REMEMBERED) kept.delete(kept.keys().next().value!)
    kept.set(artist, found)
    return found
  }
}

/** Writes the mean sound of the rows with audio; false when there are none. */
function addMean(
  means: Float32Array,
  artist: number,
  rows: Int32Array,
  catalog: Catalog,
  audio: Float32Array,
): boolean {
  let known = 0
  for (const row of rows) {
    if (!hasAudio(catalog, row)) continue
    known++
    for (let k = 0; k < SOUND.length; k++)
      means[artist * SOUND.length + k]! += audio[row * AUDIO_STRIDE + SOUND[k]!]! || 0
  }
  for (let k = 0; k < SOUND.length; k++) means[artist * SOUND.length + k]! /= Math.max(known, 1)
  return known > 0
}

/** The artist's tags, of length 1. */
function profileOf(rows: Int32Array, catalog: Catalog, tags: Tags): Map<number, number> {
  const counts = new Map<number, number>()
  for (const row of rows)
    for (const tag of tags.ofSet(catalog.genres[row]!)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  let squares = 0
  for (const [tag, count] of counts) {
    const value = Math.log1p(count) * tags.weight[tag]!
    counts.set(tag, value)
    squares += value * value
  }
  const length = Math.sqrt(squares)
  if (length === 0) return new Map()
  for (const [tag, value] of counts) counts.set(tag, value / length)
  return counts
}
