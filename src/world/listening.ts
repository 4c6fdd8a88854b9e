import type { Play } from '../core/event.ts'
import { FINISH, type OutcomeCode, SKIP, UNKNOWN } from '../core/labels.ts'
import type { Random } from '../core/random.ts'
import type { WorldArtist, WorldTrack } from './catalog.ts'
import { finishProbability, type Moment, nearness, strengthAt, TASTE, type WorldListener } from './taste.ts'

const HOUR = 3_600_000
export const DAY = 24 * HOUR
const YEAR = 365.25 * DAY

/** One play with the truth behind it. */
export interface WorldPlay {
  /** Row of the track in the world's catalog. */
  readonly track: number
  readonly play: Play
  /** The true probability of a finish when it started, with everything known, the mood of the sitting too. */
  readonly probability: number
  readonly outcome: OutcomeCode
}

/** What a listener has done with each track, and how long ago. */
export interface WorldHistory {
  readonly plays: readonly WorldPlay[]
  /** The moment `at` for a track: its counts so far, in an average sitting. */
  moment(track: number, at: number): Moment
  /** Finishes and skips of a track so far. */
  tally(track: number): { readonly finishes: number; readonly skips: number }
}

/** How a listener puts music on, each with its reason. */
const HABITS = {
  sameArtist: { value: 0.14, why: 'one track leads to another of the artist' },
  charts: {
    value: 0.25,
    why: 'this share of discovery follows popularity, not taste: where most first skips come from',
  },
  closeness: { value: 3.2, why: 'how strongly the rest of discovery leans to the sitting’s taste' },
  themed: { value: 1.6, why: 'how strongly favourites are chosen to fit the sitting’s taste' },
  forget: {
    value: 0.35,
    why: 'power of the days since the last play: what was heard lately comes back more often',
  },
  cutOff: {
    value: 0.3,
    why: 'share of sittings whose last play ends with the app closing, which says nothing',
  },
  shuffle: { value: 0.35, why: 'share of sittings on shuffle' },
  offline: { value: 0.08, why: 'share of sittings without a network' },
  gapMs: {
    value: 40 * 60_000,
    why: 'sittings are at least this far apart: beyond the 30 minutes that separate them',
  },
} as const

/** Lets a listener listen from `from` to `until`; deterministic in its arguments. Times are whole seconds, as in exports. */
export function listen(
  listener: WorldListener,
  tracks: readonly WorldTrack[],
  artists: readonly WorldArtist[],
  random: Random,
  from: number,
  until: number,
): WorldHistory {
  const memory = makeMemory(tracks.length)
  const choose = chooser(listener, tracks, artists, random, memory)
  const plays: WorldPlay[] = []
  let free = from
  for (let day = Math.floor(from / DAY) * DAY; day < until; day += DAY) {
    for (const start of sittings(listener, random, day)) {
      if (start < free || start > until) continue
      const sitting = {
        impatience: TASTE.impatience.value * random.normal(),
        shuffle: random.next() < HABITS.shuffle.value,
        offline: random.next() < HABITS.offline.value,
        device: listener.devices[random.next() < 0.7 ? 0 : 1]!,
      }
      const length = 1 + Math.min(60, Math.floor(-Math.log(1 - random.next()) * listener.playsPerSitting))
      const cut = random.next() < HABITS.cutOff.value
      choose.begin((start - from) / YEAR)
      let clock = start
      let reasonStart = random.next() < 0.3 ? 'appload' : random.next() < 0.7 ? 'clickrow' : 'playbtn'
      for (let i = 0; i < length; i++) {
        const row = choose.next(clock)
        const track = tracks[row]!
        const moment = { ...memory.moment(row, clock), impatience: sitting.impatience }
        const probability = finishProbability(listener, track, row, moment, (clock - from) / YEAR)
        const lost = cut && i === length - 1
        const end = ending(
          random,
          lost ? UNKNOWN : random.next() < probability ? FINISH : SKIP,
          track.durationMs,
        )
        const endedAt = Math.ceil((clock + end.msPlayed) / 1000) * 1000
        if (endedAt > until) break
        const play: Play = {
          endedAt,
          msPlayed: end.msPlayed,
          reasonStart,
          reasonEnd: end.reason,
          skipped: end.outcome === SKIP,
          shuffle: sitting.shuffle,
          offline: sitting.offline,
          device: sitting.device,
          precision: 'second',
        }
        plays.push({ track: row, play, probability, outcome: end.outcome })
        memory.add(row, endedAt, end.outcome)
        reasonStart = end.reason === 'endplay' ? 'clickrow' : end.reason
        clock = endedAt + random.int(3) * 1000
      }
      free = clock + HABITS.gapMs.value
    }
  }
  return { plays, moment: memory.moment, tally: memory.tally }
}

/** Start times of a day's sittings, in order. */
function sittings(listener: WorldListener, random: Random, day: number): number[] {
  const starts: number[] = []
  for (let left = listener.sittingsPerDay * 2; left > 0; left--) {
    if (random.next() >= 0.5 * Math.min(1, left)) continue
    starts.push(day + random.pick(listener.hours) * HOUR + random.int(3600) * 1000)
  }
  return starts.sort((a, b) => a - b)
}

/** How a play ends: the reason the player writes and the milliseconds heard (most skips come in the first half minute). */
function ending(
  random: Random,
  outcome: OutcomeCode,
  durationMs: number,
): { readonly outcome: OutcomeCode; readonly reason: string; readonly msPlayed: number } {
  if (outcome === FINISH) return { outcome, reason: 'trackdone', msPlayed: durationMs }
  if (outcome === UNKNOWN) {
    const reason = random.next() < 0.8 ? 'logout' : 'unexpected-exit-while-paused'
    return { outcome, reason, msPlayed: Math.round(durationMs * random.next()) }
  }
  const reason = ['fwdbtn', 'endplay', 'backbtn'][random.pick([0.82, 0.13, 0.05])]!
  const heard = 1500 - 25_000 * Math.log(1 - random.next())
  return { outcome, reason, msPlayed: Math.round(Math.min(heard, 0.85 * durationMs)) }
}

interface Memory extends Omit<WorldHistory, 'plays'> {
  add(track: number, endedAt: number, outcome: OutcomeCode): void
  readonly known: readonly number[]
  /** Milliseconds since the epoch, 0 = never. */
  lastAt(track: number): number
}

function makeMemory(tracks: number): Memory {
  const plays = new Int32Array(tracks)
  const finishes = new Int32Array(tracks)
  const skips = new Int32Array(tracks)
  const recent = new Float64Array(tracks)
  const last = new Float64Array(tracks)
  const known: number[] = []
  const decayed = (track: number, at: number) =>
    recent[track]! * Math.exp(-Math.max(0, at - last[track]!) / DAY / TASTE.fatigueDays.value)
  return {
    known,
    lastAt: (track) => last[track]!,
    tally: (track) => ({ finishes: finishes[track]!, skips: skips[track]! }),
    moment: (track, at) => ({ at, plays: plays[track]!, recentPlays: decayed(track, at), impatience: 0 }),
    add(track, endedAt, outcome) {
      if (plays[track] === 0) known.push(track)
      recent[track] = decayed(track, endedAt) + 1
      last[track] = endedAt
      plays[track]! += 1
      if (outcome === FINISH) finishes[track]! += 1
      if (outcome === SKIP) skips[track]! += 1
    },
  }
}

/** Chooses what a listener puts on next: a favourite, another track of the same artist, or something unheard. */
function chooser(
  listener: WorldListener,
  tracks: readonly WorldTrack[],
  artists: readonly WorldArtist[],
  random: Random,
  memory: Memory,
): { begin(years: number): void; next(at: number): number } {
  const fits = listener.clusters.map((cluster) =>
    Float64Array.from(tracks, (track) => nearness(cluster, track)),
  )
  const discovery = fits.map((of) =>
    cumulative(tracks, (track, row) =>
      Math.exp(HABITS.closeness.value * of[row]! + (track.facts.popularity ?? 0) / 40),
    ),
  )
  const charts = cumulative(tracks, (track) => Math.exp((track.facts.popularity ?? 0) / 12))
  let theme = 0
  let novelty = 0
  let played = new Set<number>()
  let previous = -1
  const favourite = (at: number): number =>
    memory.known[
      random.pick(
        memory.known.map((row) => {
          if (played.has(row)) return 0
          const { finishes, skips } = memory.tally(row)
          const liked = (finishes + 0.3) / (finishes + 1.5 * skips + 1)
          const days = 1 + (at - memory.lastAt(row)) / DAY
          return (
            liked ** 2 * Math.exp(HABITS.themed.value * fits[theme]![row]!) * days ** -HABITS.forget.value
          )
        }),
      )
    ]!
  const proposal = (at: number): number => {
    const kind = random.next()
    if (previous >= 0 && kind < HABITS.sameArtist.value) {
      const { firstTrack, tracks: size } = artists[tracks[previous]!.artist]!
      return firstTrack + random.int(size)
    }
    if (memory.known.length - played.size > 30 && kind >= HABITS.sameArtist.value + novelty)
      return favourite(at)
    return draw(random, random.next() < HABITS.charts.value ? charts : discovery[theme]!)
  }
  return {
    begin(years) {
      theme = random.pick(listener.clusters.map((cluster) => strengthAt(cluster, years) ** 2))
      novelty = listener.novelty * 2 * random.next() ** 1.5
      played = new Set()
      previous = -1
    },
    next(at) {
      let row = proposal(at)
      for (let tries = 0; played.has(row) && tries < 8; tries++) row = proposal(at)
      played.add(row)
      previous = row
      return row
    },
  }
}

function cumulative(
  tracks: readonly WorldTrack[],
  weight: (track: WorldTrack, row: number) => number,
): Float64Array {
  let sum = 0
  return Float64Array.from(tracks, (track, row) => (sum += weight(track, row)))
}

/** An index drawn in proportion to the steps of a cumulative sum, by binary search. */
function draw(random: Random, sums: Float64Array): number {
  const target = random.next() * sums[sums.length - 1]!
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle]! <= target) low = middle + 1
    else high = middle
  }
  return low
}
