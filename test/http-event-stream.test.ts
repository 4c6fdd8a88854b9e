import { once } from 'node:events'
import { Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { eventStream } from '../src/http/event-stream.ts'

/** Something that changes, with those who are told of it. */
function changing() {
  const watchers = new Set<() => void>()
  const state = { id: 1, last: false }
  const stream = (seen?: number, heartbeat?: number) =>
    eventStream(
      () => ({
        id: state.id,
        event: 'job',
        data: { at: state.id, filler: 'x'.repeat(2000) },
        last: state.last,
      }),
      (onChange) => {
        watchers.add(onChange)
        return () => void watchers.delete(onChange)
      },
      seen,
      heartbeat,
    )
  const change = (last = false) => {
    state.id++
    state.last = last
    for (const tell of watchers) tell()
  }
  return { stream, change, watchers }
}
const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))

describe('a stream of events', () => {
  it('tells a client that takes everything of every change, ends with the last, and watches no more', async () => {
    const { stream, change, watchers } = changing()
    const events = stream()
    let text = ''
    events.on('data', (chunk) => {
      text += chunk
    })
    for (let i = 0; i < 5; i++) {
      await wait(5)
      change(i === 4)
    }
    await once(events, 'close')
    expect(idsIn(text)).toEqual([1, 2, 3, 4, 5, 6])
    expect(watchers.size).toBe(0)
  })

  it('tells a slow client what is so when it can take it, and keeps nothing for it', async () => {
    const { stream, change } = changing()
    const events = stream()
    let text = ''
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk, _, done) {
        text += chunk
        setTimeout(done, 30)
      },
    })
    events.pipe(slow)
    for (let i = 0; i < 2000; i++) {
      if (i % 200 === 0) await wait(2)
      change()
    }
    expect(events.readableLength).toBeLessThan(5000)
    change(true)
    await once(slow, 'finish')
    const ids = idsIn(text)
    expect(ids.length).toBeLessThan(50)
    expect(ids.at(-1)).toBe(2002)
    expect(ids).toEqual([...new Set(ids)])
  })

  it('gives signs of life, and lets a client go that takes nothing', async () => {
    const { stream, watchers } = changing()
    const alive = stream(1, 10)
    let text = ''
    alive.on('data', (chunk) => {
      text += chunk
    })
    await expect.poll(() => text.match(/still here/g)?.length ?? 0).toBeGreaterThan(2)
    expect(idsIn(text)).toEqual([])
    alive.destroy()
    const dead = stream(undefined, 10)
    await once(dead, 'close')
    expect(watchers.size).toBe(0)
  })
})
