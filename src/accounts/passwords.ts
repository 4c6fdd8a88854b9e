import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { DeepcutsError } from '../core/errors.ts'

/** Turns passwords into what may be kept of them. */
export interface Passwords {
  /** What is kept of a password: its salt, its costs and its key as one text. @throws TOO_MANY_LOGINS */
  hash(password: string): Promise<string>
  /** Whether a password is the one of that text. Without a text it is not, and takes as long to say so. @throws TOO_MANY_LOGINS */
  matches(password: string, kept: string | undefined): Promise<boolean>
}

/** What one guess costs: 128 · 2^logN · r bytes of memory, p times over. */
export interface ScryptCost {
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** Of the settings that OWASP holds equal the one that needs 32 MiB, so that two at once hardly show beside what the server holds. */
const COST: ScryptCost = { logN: 15, r: 8, p: 3 }
const KEY_BYTES = 32
/** Node lends four threads to everything that waits: half of them stay free. */
const AT_ONCE = 2
const WAITING = 32

/** Passwords kept by scrypt, outside the thread that answers requests, two at once. */
export function scryptPasswords(cost: ScryptCost = COST): Passwords {
  const queued = atMost(AT_ONCE, WAITING)
  const decoy = textOf(cost, randomBytes(16), randomBytes(KEY_BYTES))
  return {
    hash: (password) =>
      queued(async () => {
        const salt = randomBytes(16)
        return textOf(cost, salt, await derive(password, salt, cost))
      }),
    matches: (password, kept) =>
      queued(async () => {
        const { salt, key, ...its } = partsOf(kept || decoy)
        const same = timingSafeEqual(await derive(password, salt, its), key)
        return same && Boolean(kept)
      }),
  }
}

/** A password as it is compared: the same characters typed in another way are the same password. */
function normal(password: string): string {
  return password.normalize('NFKC')
}

const LENGTH = { min: 10, max: 256 }

/**
 * Refuses what is too short to be safe, too long to be typed, or the name itself.
 * @throws BAD_VALUE
 */
export function checkPassword(password: string, name: string): void {
  const { length } = Array.from(normal(password))
  const expected = `${LENGTH.min} to ${LENGTH.max} characters long`
  if (length < LENGTH.min)
    throw new DeepcutsError('BAD_VALUE', { option: 'password', value: 'too short', expected })
  if (length > LENGTH.max)
    throw new DeepcutsError('BAD_VALUE', { option: 'password', value: 'too long', expected })
  if (normal(password).toLowerCase() === normal(name).toLowerCase())
    throw new DeepcutsError('BAD_VALUE', {
      option: 'password',
      value: 'the name',
      expected: 'another word than the name',
    })
}

function derive(password: string, salt: Buffer, { logN, r, p }: ScryptCost): Promise<Buffer> {
  const options = { N: 2 ** logN, r, p, maxmem: 256 * 2 ** logN * r }
  return new Promise((resolve, reject) => {
    scrypt(normal(password), salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function textOf({ logN, r, p }: ScryptCost, salt: Buffer, key: Buffer): string {
  return ['scrypt', logN, r, p, salt.toString('base64'), key.toString('base64')].join('$')
}

function partsOf(text: string): ScryptCost & { readonly salt: Buffer; readonly key: Buffer } {
  const [, logN, r, p, salt = '', key = ''] = text.split('$')
  const bytes = (part: string) => Buffer.from(part, 'base64')
  return { logN: Number(logN), r: Number(r), p: Number(p), salt: bytes(salt), key: bytes(key) }
}

/** Lets as many steps run at a time, and as many wait; one more is refused. */
function atMost(running: number, waiting: number) {
  let free = running
  const queue: (() => void)[] = []
  return async <T>(step: () => Promise<T>): Promise<T> => {
    if (free === 0) {
      if (queue.length >= waiting) throw new DeepcutsError('TOO_MANY_LOGINS', { seconds: 10 })
      await new Promise<void>((resolve) => queue.push(resolve))
    } else free--
    try {
      return await step()
    } finally {
      const next = queue.shift()
      if (next) next()
      else free++
    }
  }
}
