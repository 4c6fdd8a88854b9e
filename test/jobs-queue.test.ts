import { describe, expect, it } from 'vitest'
import { DeepcutsError } from '../src/core/errors.ts'
import type { Job, Work } from '../src/jobs/job.ts'
import { createQueue } from '../src/jobs/queue.ts'

/** Work that ends when the test says so. */
function held() {
  let [end, fail]: [() => void, (error: Error) => void] = [() => {}, () => {}]
  const over = new Promise<void>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  let begun = false
  const work: Work = async ({ signal }) => {
    begun = true
    await Promise.race([
      over,
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ])
    return { report: 'made' }
  }
  return { work, end, fail, begun: () => begun }
}
const made: Work = async () => ({ version: 1 })

function world() {
  const clock = { at: 1_700_000_000_000 }
  const failures: unknown[] = []
  const ended: Job[] = []
  const queue = createQueue({
    now: () => clock.at,
    onFailure: (error) => failures.push(error),
  })
  queue.onEnd((job) => ended.push(job))
  const untilOver = (id: string) => expect.poll(() => queue.get(id).endedAt).toBeDefined()
  return { queue, clock, failures, ended, untilOver }
}

describe('jobs', () => {
  it('of one kind run one at a time and in turn, those of another beside them', async () => {
    const { queue, untilOver } = world()
    const [first, second, training] = [held(), held(), held()]
    const a = queue.add({ kind: 'import', listener: 1, work: first.work })
    const b = queue.add({ kind: 'import', listener: 2, work: second.work })
    const c = queue.add({ kind: 'training', listener: 1, work: training.work })
    expect([a, b, c].map(({ id }) => queue.get(id).state)).toEqual(['running', 'waiting', 'running'])
    first.end()
    await untilOver(a.id)
    await expect.poll(() => second.begun()).toBe(true)
    expect(queue.get(a.id)).toMatchObject({ state: 'done', result: { report: 'made' } })
    expect(queue.get(b.id).state).toBe('running')
    expect(queue.list().map(({ id }) => id)).toEqual([c.id, b.id, a.id])
    expect(queue.list(2).map(({ id }) => id)).toEqual([b.id])
    await queue.close()
  })

  it('are nobody else’s: not told, not ended', async () => {
    const { queue } = world()
    const job = queue.add({ kind: 'import', listener: 1, work: held().work })
    expect(queue.get(job.id, 1).id).toBe(job.id)
    expect(() => queue.get(job.id, 2)).toThrow(expect.objectContaining({ code: 'UNKNOWN_JOB' }))
    await expect(queue.cancel(job.id, 2)).rejects.toMatchObject({ code: 'UNKNOWN_JOB' })
    expect(() => queue.get('1')).toThrow(expect.objectContaining({ code: 'UNKNOWN_JOB' }))
    expect(queue.get(job.id).state).toBe('running')
    await queue.close()
  })

  it('that fail say why where there is a sentence, and nothing of the inside where there is none', async () => {
    const { queue, failures, untilOver } = world()
    const error = new DeepcutsError('TOO_FEW_PLAYS', { finishes: 1, skips: 2, needed: 10 })
    const known = queue.add({ kind: 'training', work: () => Promise.reject(error) })
    await untilOver(known.id)
    expect(queue.get(known.id)).toMatchObject({
      state: 'failed',
      problem: { code: 'TOO_FEW_PLAYS', detail: error.message },
    })
    expect(failures).toEqual([])
    const bug = new Error('secret inside')
    const unknown = queue.add({ kind: 'training', work: () => Promise.reject(bug) })
    await untilOver(unknown.id)
    expect(queue.get(unknown.id).problem?.code).toBe('SERVER_FAILED')
    expect(JSON.stringify(queue.get(unknown.id))).not.toContain('secret')
    expect(failures).toEqual([bug])
  })

  it('that are cancelled clean up, whether they ran, waited, or are over', async () => {
    const { queue, ended } = world()
    const cleaned: string[] = []
    const clean = (name: string) => async () => void cleaned.push(name)
    const [running, waiting] = [held(), held()]
    const a = queue.add({ kind: 'import', listener: 1, work: running.work, cleanUp: clean('running') })
    const b = queue.add({ kind: 'import', listener: 1, work: waiting.work, cleanUp: clean('waiting') })
    expect((await queue.cancel(b.id)).state).toBe('cancelled')
    expect((await queue.cancel(a.id)).state).toBe('cancelled')
    expect((await queue.cancel(a.id)).state).toBe('cancelled')
    expect(cleaned).toEqual(['waiting', 'running'])
    expect(waiting.begun()).toBe(false)
    expect(ended.map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
  })

  it('that were done before the cancelling reached them stay done', async () => {
    const { queue, untilOver } = world()
    const job = queue.add({ kind: 'import', work: made })
    await untilOver(job.id)
    expect((await queue.cancel(job.id)).state).toBe('done')
  })

  it('are refused where one listener has as many as may wait, and others are not', async () => {
    const { queue } = world()
    for (let i = 0; i < 20; i++) queue.add({ kind: 'import', listener: 1, work: held().work })
    const full = expect.objectContaining({ code: 'JOBS_FULL', status: 429 })
    expect(() => queue.checkRoom('import', 1)).toThrow(full)
    expect(() => queue.add({ kind: 'import', listener: 1, work: made })).toThrow(full)
    queue.add({ kind: 'import', listener: 2, work: made })
    queue.add({ kind: 'training', listener: 1, work: held().work })
    expect(() => queue.add({ kind: 'training', listener: 1, work: made })).toThrow(full)
    await queue.close()
    expect(() => queue.add({ kind: 'training', listener: 3, work: made })).toThrow(full)
  })

  it('are refused where all listeners together have as many as may wait', async () => {
    const { queue } = world()
    const ask = (listener: number) => queue.add({ kind: 'import', listener, work: held().work })
    for (let i = 0; i <= 500; i++) ask(i % 50)
    expect(() => ask(99)).toThrow(expect.objectContaining({ code: 'JOBS_FULL' }))
    await queue.close()
  })

  it('are told of for a day after their end, and of a forgotten listener not at all', async () => {
    const { queue, clock, untilOver } = world()
    const old = queue.add({ kind: 'import', listener: 1, work: made })
    await untilOver(old.id)
    clock.at += 86_400_001
    const fresh = queue.add({ kind: 'import', listener: 1, work: made })
    await untilOver(fresh.id)
    expect(queue.list().map(({ id }) => id)).toEqual([fresh.id])
    const running = held()
    queue.add({ kind: 'training', listener: 1, work: running.work })
    const other = queue.add({ kind: 'import', listener: 2, work: made })
    await untilOver(other.id)
    await queue.forget(1)
    expect(queue.list().map(({ id }) => id)).toEqual([other.id])
  })

  it('that learn from everybody are ended when somebody is to be forgotten, whom their snapshot knows', async () => {
    const { queue } = world()
    const everybody = queue.add({ kind: 'training', work: held().work })
    const theirs = queue.add({ kind: 'import', listener: 2, work: held().work })
    await queue.forget(1)
    expect([everybody, theirs].map(({ id }) => queue.get(id).state)).toEqual(['cancelled', 'running'])
    await queue.close()
  })

  it('tell of every stage at once, of what is done in it not too often, and a clock that goes back silences nothing', async () => {
    const { queue, clock } = world()
    const told: unknown[] = []
    let go = () => {}
    const started = new Promise<void>((resolve) => {
      go = resolve
    })
    const job = queue.add({
      kind: 'training',
      async work({ progress }) {
        await started
        progress.stage('reading', 100, 'rows')
        for (let i = 0; i < 100; i++) progress.at(i)
        clock.at += 250
        progress.at(70, 'well')
        clock.at -= 86_400_000
        progress.at(80)
        progress.done()
        return {}
      },
    })
    let change = job.change
    const stop = queue.watch(job.id, (now) => {
      expect(now.change).toBeGreaterThan(change)
      change = now.change
      if (now.state === 'running') told.push([now.progress?.done, now.progress?.told])
    })
    go()
    await expect.poll(() => queue.get(job.id).state).toBe('done')
    stop()
    expect(told).toEqual([
      [0, undefined],
      [70, 'well'],
      [80, 'well'],
      [100, 'well'],
    ])
  })
})
