import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'

/** How often a password may be guessed, by whose it is and from where. Kept in memory. */
export interface Attempts {
  /**
   * Begins a guess, which counts as a wrong one until the returned function is called. A name that nobody has is limited alike.
   * @throws TOO_MANY_LOGINS with the seconds to wait
   */
  begin(name: string, address: string): () => void
}

interface Limit {
  /** Wrong guesses without a wait; each further one doubles it, from a second on. */
  readonly free: number
  readonly longestMs: number
}

/** Of an address more is let through: behind a proxy or a router it is a whole household. */
const OF_NAME: Limit = { free: 5, longestMs: 15 * 60_000 }
const OF_ADDRESS: Limit = { free: 20, longestMs: 60_000 }
const FORGOTTEN_MS = 24 * 3_600_000
const MOST_KEPT = 20_000

interface Wrong {
  readonly count: number
  readonly last: number
}

/** Limits of guesses: exponential waits by name and by address, forgotten after a day without a wrong one. */
export function attemptLimits(now: Clock): Attempts {
  /** The one that guessed last at the end. */
  const wrong = new Map<string, Wrong>()
  const known = (key: string): Wrong => {
    const one = wrong.get(key)
    if (!one || now() - one.last > FORGOTTEN_MS) return { count: 0, last: now() }
    // A clock that was set back must not make anybody wait for it to catch up.
    return { count: one.count, last: Math.min(one.last, now()) }
  }
  const put = (key: string, one: Wrong): void => {
    wrong.delete(key)
    if (one.count > 0) wrong.set(key, one)
    if (wrong.size > MOST_KEPT) wrong.delete(wrong.keys().next().value!)
  }
  const waitOf = (key: string, { free, longestMs }: Limit): number => {
    const { count, last } = known(key)
    if (count < free) return 0
    return last + Math.min(longestMs, 1000 * 2 ** (count - free)) - now()
  }
  return {
    begin(name, address) {
      const [ofName, ofAddress] = [`name ${name}`, `address ${networkOf(address)}`]
      const wait = Math.max(waitOf(ofName, OF_NAME), waitOf(ofAddress, OF_ADDRESS))
      if (wait > 0) throw new DeepcutsError('TOO_MANY_LOGINS', { seconds: Math.ceil(wait / 1000) })
      for (const key of [ofName, ofAddress]) put(key, { count: known(key).count + 1, last: now() })
      return () => {
        const { count, last } = known(ofAddress)
        put(ofName, { count: 0, last })
        put(ofAddress, { count: Math.max(0, count - 1), last })
      }
    },
  }
}

/** An IPv4 address, also one written as IPv6; of an IPv6 address the network of one household, its first 64 bits. */
export function networkOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (v4) return v4
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}
