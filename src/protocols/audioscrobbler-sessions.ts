import { randomBytes } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import type { Player } from './player.ts'

/** The players that shook hands; in memory alone: after a restart they shake hands again by themselves. */
export interface Handshakes {
  /** Whether a handshake came before: somebody who listens on the line could send it again. */
  isRepeated(digest: string): boolean
  /** Begins a session. @param device what plays @returns its id, 32 hex digits: some players read exactly so many */
  begin(player: Player, device: string): string
  /** The session of an id, unless it is over. */
  find(id: string): { readonly player: Player; readonly device: string } | undefined
}

/** A handshake of another time than now, by so much, is none. */
export const HANDSHAKE_MS = 10 * 60_000
const IDLE_MS = 24 * 3_600_000
const MOST_SESSIONS = 10_000
const MOST_OF_ONE = 20

interface Session {
  readonly player: Player
  readonly device: string
  readonly usedAt: number
}

/** No session, as of now. */
export function handshakes(now: Clock): Handshakes {
  /** The one that was used last at the end. */
  const sessions = new Map<string, Session>()
  const digests = new Map<string, number>()
  const forgetOld = () => {
    for (const [id, { usedAt }] of sessions) {
      if (now() - usedAt <= IDLE_MS && sessions.size < MOST_SESSIONS) break
      sessions.delete(id)
    }
    for (const [digest, at] of digests) {
      if (now() - at <= 2 * HANDSHAKE_MS && digests.size < MOST_SESSIONS) break
      digests.delete(digest)
    }
  }
  return {
    isRepeated(digest) {
      forgetOld()
      const known = digests.has(digest)
      digests.set(digest, now())
      return known
    },
    begin(player, device) {
      forgetOld()
      const own = Array.from(sessions).filter(([, one]) => one.player.token.id === player.token.id)
      for (const [id] of own.slice(0, Math.max(0, own.length - MOST_OF_ONE + 1))) sessions.delete(id)
      const id = randomBytes(16).toString('hex')
      sessions.set(id, { player, device, usedAt: now() })
      return id
    },
    find(id) {
      const session = sessions.get(id)
      sessions.delete(id)
      if (!session || now() - session.usedAt > IDLE_MS) return undefined
      sessions.set(id, { ...session, usedAt: now() })
      return session
    },
  }
}
