import { FINISH, SKIP, UNKNOWN } from '../core/labels.ts'
import type { Random } from '../core/random.ts'
import type { WorldArtist, WorldTrack } from './catalog.ts'
import {
  closeness,
  type Familiarity,
  type ManyListener,
  strengthOf,
  trueLikability,
  UNHEARD,
} from './many-tastes.ts'
import { TASTE } from './taste.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** What one listener played, oldest first, as columns. */
export interface ManyPlays {
  readonly size: number
  readonly track: Int32Array
  /** Whole seconds, in ms since the epoch. */
  readonly endedAt: Float64Array
  readonly msPlayed: Float64Array
  /** FINISH, SKIP, or UNKNOWN where the app was closed. */
  readonly outcome: Int8Array
  /** The true probability of a finish when the play began, with everything known, the mood of the sitting too. */
  readonly probability: Float32Array
  /** What the listener had done with a track when all this was over. */
  readonly familiarity: (track: number) => Familiarity
}

/** The places from which music is picked, shared by all listeners. */
export interface Shelves {
  readonly tracks: readonly WorldTrack[]
  readonly artists: readonly WorldArtist[]
  /** Artist → scene, and scene → its artists; neighbours in that list lead to one another. */
  readonly scene: Int32Array
  readonly artistsOf: readonly Int32Array[]
  readonly placeInScene: Int32Array
  /** Any track, the popular far more often. */
  charts(random: Random): number
  /** An artist of a scene, and a track of an artist, by popularity. */
  artistIn(scene: number, random: Random): number
  trackOf(artist: number, random: Random): number
}

/** How music is put on, each with its reason. */
const HABITS = {
  sameArtist: { value: 0.2, why: 'one track leads to another of the artist' },
  related: {
    value: 0.15,
    why: 'or to the artist beside them in the scene: an order that only sequences show',
  },
  charts: { value: 0.25, why: 'this share of discovery follows popularity, not taste' },
  cutOff: { value: 0.2, why: 'share of sittings whose last play ends with the app closing' },
  sitting: { value: 12, why: 'plays of a sitting, on average; more for those who play all day' },
  dailySittings: { value: 6, why: 'more than this many sittings a day become longer ones' },
} as const

/** Lets one listener play about `plays` times between `from` and `until`: fewer where the days are not long enough. Deterministic. */
export function playMany(
  listener: ManyListener,
  shelves: Shelves,
  random: Random,
  plays: number,
  from: number,
  until: number,
): ManyPlays {
  const { tracks, scene } = shelves
  const track = new Int32Array(plays)
  const endedAt = new Float64Array(plays)
  const msPlayed = new Float64Array(plays)
  const outcome = new Int8Array(plays)
  const probability = new Float32Array(plays)
  const memory = remember()
  const days = (until - from) / DAY
  const mean = Math.max(HABITS.sitting.value, plays / days / HABITS.dailySittings.value)
  const pause =
    Math.max(0, (until - from) / Math.max(1, plays / mean) - mean * 2.4 * MINUTE - 60 * MINUTE) * 0.95
  const choose = chooser(listener, shelves, random, track, memory.at)
  let [size, clock] = [0, from]
  while (size < plays) {
    clock = sittingStart(
      listener,
      random,
      clock + 31 * MINUTE + Math.min(pause * (0.2 + 1.6 * random.next()), 0.6 * (until - clock)),
    )
    const impatience = TASTE.impatience.value * random.normal()
    const length = 1 + Math.floor(-Math.log(1 - random.next()) * mean)
    const cut = random.next() < HABITS.cutOff.value
    const share = (clock - from) / (until - from)
    choose.begin(share, size)
    for (let i = 0; i < length && size < plays; i++) {
      const row = choose.next(size)
      const made = tracks[row]!
      const p = trueLikability(
        listener,
        made,
        row,
        scene[made.artist]!,
        memory.at(row, clock),
        share,
        impatience,
      )
      const end = cut && i === length - 1 ? UNKNOWN : random.next() < p ? FINISH : SKIP
      const heard =
        end === FINISH
          ? 1
          : end === UNKNOWN
            ? random.next()
            : Math.min(1, 0.04 - 0.12 * Math.log(1 - random.next()))
      const ms = Math.round(made.durationMs * Math.min(heard, end === SKIP ? 0.85 : 1))
      const ended = Math.ceil((clock + ms) / 1000) * 1000
      if (ended > until) return columns(size)
      track[size] = row
      endedAt[size] = ended
      msPlayed[size] = ms
      outcome[size] = end
      probability[size] = p
      memory.add(row, ended)
      size++
      clock = ended + random.int(3) * 1000
    }
  }
  return columns(size)

  function columns(kept: number): ManyPlays {
    return {
      size: kept,
      track: track.subarray(0, kept),
      endedAt: endedAt.subarray(0, kept),
      msPlayed: msPlayed.subarray(0, kept),
      outcome: outcome.subarray(0, kept),
      probability: probability.subarray(0, kept),
      familiarity: (row) => memory.at(row, until),
    }
  }
}

/** Moves a moment towards the hours at which the listener sits down. */
function sittingStart({ peakHour }: ManyListener, random: Random, earliest: number): number {
  let at = earliest
  for (let tries = 0; tries < 12; tries++) {
    const apart = Math.abs(((at / 3_600_000) % 24) - peakHour)
    if (random.next() < 0.15 + 0.85 * Math.exp(-(Math.min(apart, 24 - apart) ** 2) / 18)) return at
    at += 3_600_000 * random.next()
  }
  return at
}

/** What was played when, as far as familiarity and fatigue need it. */
function remember() {
  const known = new Map<number, { plays: number; recentPlays: number; last: number }>()
  const decay = (ms: number) => Math.exp(-Math.max(0, ms) / DAY / TASTE.fatigueDays.value)
  return {
    at(row: number, moment: number): Familiarity {
      const seen = known.get(row)
      return seen ? { plays: seen.plays, recentPlays: seen.recentPlays * decay(moment - seen.last) } : UNHEARD
    },
    add(row: number, endedAt: number) {
      const seen = known.get(row)
      if (!seen) known.set(row, { plays: 1, recentPlays: 1, last: endedAt })
      else {
        seen.recentPlays = seen.recentPlays * decay(endedAt - seen.last) + 1
        seen.plays++
        seen.last = endedAt
      }
    },
  }
}

/** How many of the last plays a favourite is looked for in, half of the time. */
const LATELY = 300

/** Chooses what is put on next: the artist again, a related one, something unheard, or one of what was played before. */
function chooser(
  listener: ManyListener,
  shelves: Shelves,
  random: Random,
  played: Int32Array,
  familiarity: (row: number, at: number) => Familiarity,
) {
  const { tracks, scene, artistsOf, placeInScene, charts, artistIn, trackOf } = shelves
  let theme = listener.tastes[0]!
  let novelty = listener.novelty
  let share = 0
  let start = 0
  const likes = (row: number) => {
    const track = tracks[row]!
    return trueLikability(listener, track, row, scene[track.artist]!, UNHEARD, share)
  }
  const related = (artist: number): number => {
    const circle = artistsOf[scene[artist]!]!
    return circle[(placeInScene[artist]! + 1) % circle.length]!
  }
  const discovery = (): number => {
    if (random.next() < HABITS.charts.value) return charts(random)
    let [best, near] = [0, -1]
    for (let tries = 0; tries < 3; tries++) {
      const row = trackOf(artistIn(theme.scene, random), random)
      const close = closeness(theme, tracks[row]!, theme.scene)
      if (close > near) [best, near] = [row, close]
    }
    return best
  }
  const favourite = (size: number): number => {
    const from = random.next() < 0.5 ? Math.max(0, size - LATELY) : 0
    let row = played[from + random.int(size - from)]!
    for (let tries = 0; tries < 4 && random.next() > likes(row); tries++)
      row = played[from + random.int(size - from)]!
    return row
  }
  const proposal = (size: number): number => {
    const kind = random.next()
    if (size > start) {
      const { artist } = tracks[played[size - 1]!]!
      if (kind < HABITS.sameArtist.value) return trackOf(artist, random)
      if (kind < HABITS.sameArtist.value + HABITS.related.value) return trackOf(related(artist), random)
    }
    return size < 5 || random.next() < novelty ? discovery() : favourite(size)
  }
  return {
    begin(now: number, size: number) {
      share = now
      start = size
      theme = listener.tastes[random.pick(listener.tastes.map((taste) => strengthOf(taste, now) ** 2))]!
      novelty = listener.novelty * (0.4 + 1.2 * random.next())
    },
    next(size: number): number {
      let row = proposal(size)
      for (let tries = 0; tries < 4 && heardNow(row, size); tries++) row = proposal(size)
      return row
    },
  }

  function heardNow(row: number, size: number): boolean {
    if (familiarity(row, 0).plays === 0) return false
    for (let i = size - 1; i >= start; i--) if (played[i] === row) return true
    return false
  }
}
