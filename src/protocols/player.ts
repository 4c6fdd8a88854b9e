import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { DeepcutsError } from '../core/errors.ts'
import type { Engine, ProtocolToken } from '../index.ts'
import type { NowPlayingBoard } from './now-playing.ts'

/** A player that asks, and whom it speaks for. */
export interface Player {
  readonly token: ProtocolToken
  readonly listener: { readonly id: number; readonly name: string }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The player that asks by a protocol of others; undefined where none is known. */
    player: Player | undefined
  }
  interface FastifyContextConfig {
    /** Of a route that answers those with tokens that are none, too. */
    tellsOfTokens?: boolean
  }
}

/** What the routes of protocols work with. */
export interface ProtocolServices {
  readonly engine: Engine
  readonly playing: NowPlayingBoard
  /** Whether what is between players and this server encrypts. */
  readonly https: boolean
  /** Told what no request caused. */
  readonly onFailure: (error: unknown) => void
}

/** The configuration of a protocol's routes. Others define what they take and answer, so the description of the API leaves them out. */
export const PROTOCOL = { access: 'protocol' } as const
export const SPOKEN = { hide: true, response: { '2xx': Type.Unknown() } } as const

/** Whom a token speaks for; undefined where there is none, or that listener was forgotten. */
export async function playerOf(
  engine: Engine,
  token: ProtocolToken | undefined,
): Promise<Player | undefined> {
  if (!token) return undefined
  const name = (await engine.listenerNames()).get(token.listener)
  return name === undefined ? undefined : { token, listener: { id: token.listener, name } }
}

/** Who asks. @throws PLAYER_UNKNOWN */
export function playerIn({ player }: Pick<FastifyRequest, 'player'>): Player {
  if (!player) throw new DeepcutsError('PLAYER_UNKNOWN')
  return player
}
