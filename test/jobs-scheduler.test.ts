import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createJobs, type Jobs } from '../src/jobs/jobs.ts'
import { learnFrom } from '../src/jobs/learning.ts'
import { type Scheduler, startScheduler } from '../src/jobs/scheduler.ts'
import type { TrainingTask } from '../src/jobs/training-task.ts'
import { inventedEngine, NOW, playsOf } from './suites/invented-listener.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let jobs: Jobs
let scheduler: Scheduler
const asked: TrainingTask[] = []
const nights: number[] = []
const failures: unknown[] = []

beforeEach(async () => {
  for (const list of [asked, nights, failures]) list.length = 0
  invented = await inventedEngine({ tracks: 200, years: 0.2 })
  const { engine } = invented
  jobs = createJobs({
    engine,
    runTraining: (task, progress) => {
      asked.push(task)
      return learnFrom({ ...task, preset: 'nano' }, progress)
    },
  })
  scheduler = startScheduler({
    engine,
    jobs,
    rules: { hours: 24, plays: 300 },
    community: false,
    drawNight: async () => ({ listeners: nights.push(engine.now()), mixes: 0 }),
    onFailure: (error) => failures.push(error),
  })
})
afterEach(async () => {
  scheduler.stop()
  await jobs.close()
  await invented.close()
})
const settled = async () => {
  await scheduler.look()
  await expect
    .poll(() => jobs.list().every(({ endedAt }) => endedAt !== undefined), { timeout: 20_000 })
    .toBe(true)
}

describe('the scheduler', () => {
  it('trains who has enough new plays, once, and goes on from that a day later', async () => {
    await invented.put('bo', playsOf([{ title: 'One', finished: true }]))
    await settled()
    expect(failures).toEqual([])
    expect(asked.map(({ listener, refresh }) => [listener, refresh])).toEqual([['ada', true]])
    await settled()
    expect(asked).toHaveLength(1)
    const more = Array.from({ length: 60 }, (_, i) => ({ title: `New ${i}`, finished: i % 3 > 0 }))
    await invented.put('ada', playsOf(more, NOW - 20_000_000))
    await settled()
    expect(asked).toHaveLength(1)
    invented.clock.at += 25 * 3_600_000
    await settled()
    expect(asked.map(({ listener }) => listener)).toEqual(['ada', 'ada'])
    const { id } = await invented.engine.listener('ada')
    expect(await invented.engine.library.models.list(id)).toHaveLength(2)
  })

  it('has the mixes of the day drawn when a day begins, and not before', async () => {
    await settled()
    await settled()
    expect(nights).toHaveLength(1)
    invented.clock.at += 13 * 3_600_000
    await settled()
    expect(nights).toHaveLength(2)
    expect(
      jobs
        .list()
        .filter(({ kind }) => kind === 'nightly')
        .map(({ state }) => state),
    ).toEqual(['done', 'done'])
  })
})
