import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Store, Write } from '../store/store.ts'
import { digestOf, newToken } from './digest.ts'

/** A link that lets somebody in once, without a password. */
export interface Link {
  /** What the link carries; it cannot be asked for again. */
  readonly token: string
  /** Where on this server it leads; what follows the # stays in the browser, and out of every log. */
  readonly path: string
  readonly expiresAt: number
}

/** `setup`: makes the first account. `join`: sets the password of an account that is there. */
export type LinkPurpose = 'setup' | 'join'

/** The links that are open; of each only a digest is kept. */
export interface Links {
  /** Makes a link in place of those of the same purpose and account. */
  make(purpose: LinkPurpose, account: number): Promise<Link>
  /** The account of a link that is open; 0 for the set-up. @throws LINK_UNUSABLE */
  check(purpose: LinkPurpose, token: string): Promise<number>
  /** The writes that close all links of a purpose and account. */
  closing(purpose: LinkPurpose, account: number): Write[]
}

const HOUR = 3_600_000
const OPEN_MS: Readonly<Record<LinkPurpose, number>> = { setup: HOUR, join: 72 * HOUR }

/** The links of a store. */
export function linksOf(store: Store, now: Clock): Links {
  const closing = (purpose: LinkPurpose, account: number): Write[] => [
    { delete: 'links', where: { purpose, account } },
  ]
  return {
    closing,
    async make(purpose, account) {
      const token = newToken('dl')
      const expiresAt = now() + OPEN_MS[purpose]
      const columns = {
        sha256: [digestOf(token)],
        purpose: [purpose],
        account: [account],
        expiresAt: [expiresAt],
      }
      await store.write([...closing(purpose, account), { insert: 'links', columns }])
      return { token, path: `/${purpose}#${token}`, expiresAt }
    },
    async check(purpose, token) {
      const where = { sha256: digestOf(token), purpose }
      const { account, expiresAt } = await store.read('links', ['account', 'expiresAt'], { where })
      if (account.length === 0 || expiresAt[0]! <= now()) throw new DeepcutsError('LINK_UNUSABLE')
      return account[0]!
    },
  }
}
