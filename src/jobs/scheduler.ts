import { setTimeout as wait } from 'node:timers/promises'
import { UNKNOWN } from '../core/labels.ts'
import { type Engine, EVERYBODY } from '../index.ts'
import type { Night, NightOptions } from '../night.ts'
import type { Job } from './job.ts'
import type { Jobs } from './jobs.ts'
import { dayBegan, type Learning, type TrainingRules, trainingSchedule } from './schedule.ts'

export interface SchedulerOptions {
  readonly engine: Engine
  readonly jobs: Jobs
  readonly rules: TrainingRules
  /** Whether a model of everybody is made. */
  readonly community: boolean
  /** Draws the mixes of listeners whose day has begun. */
  drawNight(options: NightOptions): Promise<Night>
  /** Told what kept it from looking. */
  onFailure(error: unknown): void
}

/** What starts jobs by itself. */
export interface Scheduler {
  /** Looks whether something is due, and starts it. Called by itself every few minutes. */
  look(): Promise<void>
  stop(): void
}

/** Between two looks, ms. */
const LOOK_EVERY_MS = 10 * 60_000
/** After the start, ms: who waits for the server to come up is served first. */
const FIRST_LOOK_MS = 30_000
/** Between two mixes that are drawn ahead: requests that wait are answered. */
const PAUSE_MS = 20

/** Starts trainings and the drawing of the day's mixes when they are due, until it is stopped; stop it before the jobs are closed. */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { engine, jobs, rules, drawNight, onFailure } = options
  const schedule = trainingSchedule(rules)
  const dates = new Map<string, string>()
  const learners = learnersOf(options)
  let looking: Promise<void> | undefined
  let trained: { readonly job: string; readonly id: number } | undefined

  const isBusy = (kind: Job['kind']) =>
    jobs.list().some((job) => job.kind === kind && job.endedAt === undefined)
  const train = async () => {
    // One that somebody asked for goes first, and is in the next count.
    if (isBusy('training')) return
    const known = await learners()
    const due = schedule.due(known, engine.now())
    if (due === undefined) return
    const row = (await engine.library.listeners.list()).find(({ id }) => id === due)
    if (!row && due !== EVERYBODY) return
    schedule.began(due)
    trained = { job: jobs.train(row, { preset: 'default', refresh: true }).id, id: due }
  }
  const night = async () => {
    const zones = (await engine.library.listeners.list()).map(({ timeZone }) => timeZone)
    if (isBusy('nightly') || !dayBegan(zones, dates, engine.now())) return
    jobs.add({
      kind: 'nightly',
      async work({ progress, signal }) {
        progress.stage('drawing the mixes of the day', 0, 'listeners')
        const report = await drawNight({
          pause: () => wait(PAUSE_MS),
          signal,
          progress(done, all) {
            if (done === 1) progress.stage('drawing the mixes of the day', all, 'listeners')
            progress.at(done)
          },
        })
        return { report }
      },
    })
  }
  const look = () => {
    looking ??= (async () => {
      for (const task of [night, train]) await task().catch(onFailure)
    })().finally(() => {
      looking = undefined
    })
    return looking
  }
  jobs.onEnd(({ id, state }) => {
    if (trained?.job !== id) return
    schedule.ended(trained.id, state === 'done')
    trained = undefined
  })
  const first = setTimeout(look, FIRST_LOOK_MS).unref()
  const timer = setInterval(look, LOOK_EVERY_MS).unref()

  return {
    look,
    stop() {
      clearTimeout(first)
      clearInterval(timer)
    },
  }
}

/** What a manifest tells of its training that this goes by. */
interface Told {
  readonly finishes?: number
  readonly skips?: number
}

/**
 * Reads who could be trained: everybody together where the community is on, and each who has a model of their own, or could not have another.
 * Plays are counted only where some came.
 */
function learnersOf({ engine, community }: SchedulerOptions): () => Promise<readonly Learning[]> {
  const { library } = engine
  const counted = new Map<number, { readonly rows: number; readonly known: number }>()
  /** Plays of all when everybody's version was first seen, or made. */
  let base: { readonly version: number | undefined; readonly plays: number } | undefined

  const everybody = async (plays: number): Promise<Learning> => {
    const version = await library.models.active(EVERYBODY)
    if (base?.version !== version?.version) base = { version: version?.version, plays: version ? plays : 0 }
    const fresh = plays - (base?.plays ?? 0)
    return { id: EVERYBODY, plays, fresh, ...(version && { trainedAt: version.at }) }
  }

  return async () => {
    const { listener } = await library.store.read('plays', ['listener'], { where: { hidden: 0 } })
    const rows = new Map<number, number>()
    for (const id of listener) rows.set(id, (rows.get(id) ?? 0) + 1)
    const known: Learning[] = community ? [await everybody(listener.length)] : []
    for (const row of await library.listeners.list()) {
      const count = rows.get(row.id) ?? 0
      const newest = await library.models.newest(row.id)
      if (count === 0 || (community && !newest)) continue
      let plays = counted.get(row.id)
      if (plays?.rows !== count) {
        const { outcome } = await library.log(row)
        plays = { rows: count, known: outcome.reduce((sum, one) => sum + Number(one !== UNKNOWN), 0) }
        counted.set(row.id, plays)
      }
      const { finishes = 0, skips = 0 } = (newest?.training ?? {}) as Told
      known.push({
        id: row.id,
        plays: plays.known,
        // Plays that were taken back are something new too: the next version is not to know them.
        fresh: Math.abs(plays.known - finishes - skips),
        ...(newest && { trainedAt: newest.at }),
      })
    }
    return known
  }
}
