import { performance } from 'node:perf_hooks'
import type { Random } from '../src/core/random.ts'
import type { HttpAnswer, HttpRequest } from './http-connection.ts'
import type { MadeStore } from './serve-store.ts'

/** What a load generator sends. */
export type LoadKind = 'recommend' | 'today' | 'single' | 'bulk' | 'effect'

export interface LoadOrder {
  readonly address: string
  readonly seconds: number
  readonly connections: number
  /** Requests a second; absent: each connection asks again as soon as it is answered. */
  readonly rate?: number
  /** Asks for every listener once, however long that takes. */
  readonly everybodyOnce?: boolean
  /** How often each kind is sent, relative to one another. */
  readonly kinds: Partial<Readonly<Record<LoadKind, number>>>
  readonly made: MadeStore
  readonly seed: number
}

interface Quantiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

export interface LoadResult {
  readonly seconds: number
  readonly answered: number
  /** Events, of requests that bring several; else as many as were answered. */
  readonly units: number
  /** What went wrong, and how often. */
  readonly failures: Readonly<Record<string, number>>
  /** Milliseconds of requests. */
  readonly times: Quantiles
  /** Milliseconds from an acknowledgement to the next answer that knows of it. */
  readonly lag: Quantiles
}

interface Made {
  readonly request: HttpRequest
  readonly units: number
  /** Changes something, and asks again: how long after the acknowledgement that was answered, or 0. @throws Error when it knows nothing of the change */
  follow?(ask: (request: HttpRequest) => Promise<HttpAnswer>, answer: HttpAnswer): Promise<number>
}

/** Tells whose turn it is. */
export type Who = () => string

type Maker = (made: MadeStore, draw: Random, seed: number, who: Who) => () => Made

const BULK_LINES = 5000
const MINUTE = 60_000
const LENGTH = 30

/** One request after the other of each kind. */
export const REQUESTS: Readonly<Record<LoadKind, Maker>> = {
  /** A list of its own each time. */
  recommend: (made, draw, seed, who) => {
    let n = 0
    return () => get(made, draw, who, `/recommendations?recipe=daily-1&n=${LENGTH}&seed=${seed * 1e6 + n++}`)
  },
  /** The list of the day, which is drawn once. */
  today: (made, draw, _, who) => () => get(made, draw, who, '/mixes/daily-1'),
  single: (made, draw, _, who) => () => {
    const body = JSON.stringify({ ...event(made, draw), at: Date.now() - draw.int(MINUTE) })
    return { ...post(made, draw, who, '/events', body), units: 1 }
  },
  bulk: (made, draw, seed, who) => {
    const before = made.until - 8 * 365 * 86_400_000
    // Other seconds than those of other orders, most probably.
    let n = (seed % 1000) * 2e5
    return () => {
      const lines = Array.from({ length: BULK_LINES }, () =>
        JSON.stringify({ ...event(made, draw), at: before + 1000 * n++ }),
      )
      return {
        ...post(made, draw, who, '/events/bulk', lines.join('\n'), 'application/x-ndjson'),
        units: BULK_LINES,
        async follow(_, { body }) {
          const { taken, duplicates } = JSON.parse(body) as { taken: number; duplicates: number }
          if (taken !== BULK_LINES || duplicates > 0) throw new Error(body.slice(0, 200))
          return 0
        },
      }
    }
  },
  /** A dislike of a track of a list, and whether the next list leaves it out. */
  effect: (made, draw, seed, who) => {
    let n = 0
    return () => {
      const path = `/recommendations?recipe=daily-1&n=${LENGTH}&seed=${seed * 1e6 + 5e5 + n++}`
      const first = get(made, draw, who, path)
      const { token, path: asked } = first.request
      return {
        ...first,
        async follow(ask, answer) {
          const { tracks } = JSON.parse(answer.body) as { tracks: { track: { id: number } }[] }
          const id = tracks[draw.int(Math.max(1, tracks.length))]?.track.id
          if (id === undefined) throw new Error('an empty list')
          const events = asked.replace(/\/recommendations.*/, '/events')
          const body = JSON.stringify({ type: 'dislike', track: { id } })
          const told = await ask({ method: 'POST', path: events, token, body })
          if (told.status !== 201) throw new Error(`${told.status} ${told.body.slice(0, 200)}`)
          const acknowledged = performance.now()
          const next = await ask(first.request)
          const lag = performance.now() - acknowledged
          const after = JSON.parse(next.body) as { tracks: { track: { id: number } }[] }
          if (after.tracks.some(({ track }) => track.id === id)) throw new Error('the next list has it still')
          return lag
        },
      }
    }
  },
}

function event({ songs }: MadeStore, draw: Random) {
  const { spotify, title, artist } = songs[draw.int(songs.length)]!
  const kind = draw.next() < 0.7 ? { type: 'listen', finished: true } : { type: 'skip' }
  return { ...kind, track: { spotify, title, artist }, msPlayed: 1000 * draw.int(240) }
}

function get(made: MadeStore, draw: Random, who: Who, path: string): Made {
  return { request: { method: 'GET', path: below(who, path), token: token(made, draw) }, units: 1 }
}

function post(made: MadeStore, draw: Random, who: Who, path: string, body: string, type?: string) {
  const request = { method: 'POST', path: below(who, path), token: token(made, draw), body }
  return { request: { ...request, ...(type && { type }) } }
}

const below = (who: Who, path: string) => `/v1/listeners/${encodeURIComponent(who())}${path}`
const token = ({ tokens }: MadeStore, draw: Random) => tokens[draw.int(tokens.length)]!
