import { Readable } from 'node:stream'

/** What there is to tell, as a server-sent event. */
export interface Told {
  /** Names what is told: the client gives it back when it comes again. */
  readonly id: number
  readonly event: string
  readonly data: unknown
  /** Whether nothing comes after it. */
  readonly last: boolean
}

/** Between two signs of life, ms; shorter than what lets proxies and the server itself close a silent connection. */
const HEARTBEAT_MS = 15_000
/** After what a client that was cut off comes again. */
const RETRY_MS = 3000
/** A client that takes nothing for as many of them is let go. */
const PATIENCE = 4

/**
 * Server-sent events of something that changes. A client gets what there is to tell when it can take it, not all that was: nothing piles up for
 * one that is slow, and one that is gone is forgotten.
 * @param latest what there is to tell now
 * @param watch calls back whenever that is something else, until what it returns is called
 * @param seen the id of what the client was told before, if it was
 */
export function eventStream(
  latest: () => Told,
  watch: (onChange: () => void) => () => void,
  seen?: number,
  heartbeatMs = HEARTBEAT_MS,
): Readable {
  let [told, wanted, silent] = [seen, false, 0]
  const send = (text: string) => {
    wanted = false
    silent = 0
    stream.push(text)
  }
  const flush = () => {
    if (!wanted) return
    const { id, event, data, last } = latest()
    // One that is over ends also for those who know.
    if (id === told && !last) return
    told = id
    send(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    if (last) stream.push(null)
  }
  let stopWatching = () => {}
  const heart = setInterval(() => {
    if (wanted) send(': still here\n\n')
    else if (++silent >= PATIENCE) stream.destroy()
  }, heartbeatMs)
  const stream = new Readable({
    highWaterMark: 1,
    read() {
      wanted = true
      flush()
    },
    destroy(error, done) {
      clearInterval(heart)
      stopWatching()
      done(error)
    },
  })
  stopWatching = watch(flush)
  // Something at once, so that the client knows that it is connected.
  stream.push(`retry: ${RETRY_MS}\n\n`)
  return stream
}
