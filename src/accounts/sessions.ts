import type { Clock } from '../core/clock.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store } from '../store/store.ts'
import { derivedFrom, digestOf, newToken } from './digest.ts'

/** Somebody who signed in with a browser. */
export interface Session {
  /** A digest: of the token itself nothing is kept. */
  readonly sha256: string
  readonly account: number
  readonly createdAt: number
  /** To the hour. */
  readonly seenAt: number
}

/** A session together with what pages prove themselves with. */
export interface OpenSession extends Session {
  /** What its own pages send beside the cookie; it follows from the token. */
  readonly csrf: string
}

/** The sessions of a store. */
export interface Sessions {
  /** Durable when it resolves. */
  start(account: number): Promise<{ readonly token: string; readonly session: OpenSession }>
  /** The session that a token is, unless it is none, was ended or is over. */
  find(token: string): Promise<OpenSession | undefined>
  end(sha256: string): Promise<void>
  /** Ends all sessions of an account, but the one that is named. */
  endAll(account: number, but?: string): Promise<void>
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Over when it was not used for so long, and in any case after so long. */
const IDLE_MS = 14 * DAY
const LONGEST_MS = 90 * DAY
const MOST_OF_ONE = 20
const COLUMNS = ['sha256', 'account', 'createdAt', 'seenAt'] as const

/** The sessions of a store, kept in memory too: it has one owner. */
export function sessionsOf(store: Store, now: Clock, inTurn: InTurn): Sessions {
  let kept: Promise<Map<string, Session>> | undefined
  const read = async () => {
    const rows = await store.read('sessions', COLUMNS, { orderBy: ['createdAt'] })
    return new Map(
      rows.sha256.map((sha256, i) => [
        sha256,
        { sha256, account: rows.account[i]!, createdAt: rows.createdAt[i]!, seenAt: rows.seenAt[i]! },
      ]),
    )
  }
  const all = () => {
    kept ??= read().catch((error: unknown) => {
      kept = undefined
      throw error
    })
    return kept
  }
  const isOver = ({ createdAt, seenAt }: Session) =>
    now() - seenAt > IDLE_MS || now() - createdAt > LONGEST_MS
  const drop = async (gone: readonly Session[]) => {
    if (gone.length === 0) return
    const digests = gone.map(({ sha256 }) => sha256)
    const known = await all()
    // Gone from memory even where the store fails: what was ended is not let in again before a restart.
    for (const sha256 of digests) known.delete(sha256)
    await store.write([{ delete: 'sessions', where: { sha256: digests } }])
  }
  const noting = new Set<string>()
  const noteUse = async (session: Session): Promise<void> => {
    const { sha256 } = session
    const seenAt = now() - (now() % HOUR)
    if (noting.has(sha256) || session.seenAt >= seenAt) return
    noting.add(sha256)
    try {
      await inTurn(async () => {
        const known = await all()
        if (!known.has(sha256)) return
        known.set(sha256, { ...session, seenAt })
        await store.write([{ update: 'sessions', set: { seenAt }, where: { sha256 } }])
      })
    } finally {
      noting.delete(sha256)
    }
  }
  return {
    start: (account) =>
      inTurn(async () => {
        const known = Array.from((await all()).values())
        const others = known.filter((session) => session.account === account && !isOver(session))
        await drop([
          ...known.filter(isOver),
          ...others.slice(0, Math.max(0, others.length - MOST_OF_ONE + 1)),
        ])
        const token = newToken('ds')
        const session = { sha256: digestOf(token), account, createdAt: now(), seenAt: now() }
        const columns = Object.fromEntries(COLUMNS.map((name) => [name, [session[name]]]))
        await store.write([{ insert: 'sessions', columns: columns as never }])
        ;(await all()).set(session.sha256, session)
        return { token, session: { ...session, csrf: csrfOf(token) } }
      }),
    async find(token) {
      const session = (await all()).get(digestOf(token))
      if (!session || isOver(session)) return undefined
      // Not waited for: whether the time of use can be kept says nothing about the request.
      void noteUse(session).catch(() => undefined)
      return { ...session, csrf: csrfOf(token) }
    },
    end: (sha256) =>
      inTurn(async () => drop([...(await all()).values()].filter((one) => one.sha256 === sha256))),
    endAll: (account, but) =>
      inTurn(async () =>
        drop([...(await all()).values()].filter((one) => one.account === account && one.sha256 !== but)),
      ),
  }
}

function csrfOf(token: string): string {
  return derivedFrom(token, 'deepcuts: pages of this session')
}
