import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { turns } from '../core/turns.ts'
import { keptWhile, type WatchedStore } from '../store/watched.ts'
import type { Sealer } from './server-key.ts'

/** The protocols of others that the server speaks. */
export const PROTOCOLS = ['listenbrainz', 'audioscrobbler'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** What lets one player speak for one listener by one protocol. */
export interface ProtocolToken {
  readonly id: number
  readonly listener: number
  /** What its owner calls it: the player, as a rule. */
  readonly name: string
  readonly protocol: Protocol
  readonly createdAt: number
  /** To the hour; absent where it was not used yet. */
  readonly usedAt?: number
  readonly revokedAt?: number
}

/** The protocol tokens of a store. */
export interface ProtocolTokens {
  /**
   * Makes a random one; `secret` is what the player is told, and cannot be asked for again. Durable when it resolves.
   * @throws TOO_MANY_TOKENS
   */
  create(
    listener: number,
    name: string,
    protocol: Protocol,
  ): Promise<{ readonly token: ProtocolToken; readonly secret: string }>
  /** Every token of a listener, revoked ones too, the oldest first. */
  list(listener: number): Promise<readonly ProtocolToken[]>
  /** Makes a token worthless from now on, and forgets what was kept of its secret. @throws UNKNOWN_TOKEN */
  revoke(listener: number, id: number): Promise<ProtocolToken>
  /** The token that a ListenBrainz client sent, unless it is none or was revoked. */
  find(secret: string): Promise<ProtocolToken | undefined>
  /**
   * The token of a listener that an Audioscrobbler client knows: it sends md5(md5(secret) + time), never the secret.
   * @param digest in hex
   */
  findDigest(listener: number, time: string, digest: string): Promise<ProtocolToken | undefined>
  /** Whether a token that was found earlier still holds. */
  holds(token: ProtocolToken): Promise<boolean>
}

const COLUMNS = [
  'id',
  'listener',
  'name',
  'protocol',
  'sha256',
  'sealed',
  'createdAt',
  'usedAt',
  'revokedAt',
] as const
const MOST_OF_ONE = 50
const HOUR = 3_600_000

interface Kept {
  readonly token: ProtocolToken
  /** In hex, of a ListenBrainz token. */
  readonly sha256: string
  /** Of an Audioscrobbler token, whose protocol needs the secret itself. */
  readonly sealed: string
}

/** @param sealer seals the secrets that have to be read again */
export function protocolTokensOf(store: WatchedStore, now: Clock, sealer: Sealer): ProtocolTokens {
  const inTurn = turns()
  const rows = keptWhile(store, ['protocolTokens'], async (_: 0) => {
    const all = await store.read('protocolTokens', COLUMNS, { orderBy: ['id'] })
    const kept = Array.from(all.id, (id, i): Kept => {
      const token = {
        ...{ id, listener: all.listener[i]!, name: all.name[i]!, protocol: all.protocol[i] as Protocol },
        createdAt: all.createdAt[i]!,
        ...(Number.isNaN(all.usedAt[i]!) ? {} : { usedAt: all.usedAt[i]! }),
        ...(Number.isNaN(all.revokedAt[i]!) ? {} : { revokedAt: all.revokedAt[i]! }),
      }
      return { token, sha256: all.sha256[i]!, sealed: all.sealed[i]! }
    })
    const holding = kept.filter(({ token }) => token.revokedAt === undefined)
    return { kept, ofDigest: new Map(holding.flatMap((one) => (one.sha256 ? [[one.sha256, one]] : []))) }
  })
  const ofListener = async (listener: number) =>
    (await rows(0)).kept.filter(({ token }) => token.listener === listener)
  const holds = async ({ id, createdAt }: ProtocolToken) =>
    (await rows(0)).kept.some(
      ({ token }) => token.id === id && token.createdAt === createdAt && token.revokedAt === undefined,
    )

  const noting = new Set<number>()
  const used = (token: ProtocolToken): ProtocolToken => {
    const usedAt = now() - (now() % HOUR)
    if (noting.has(token.id) || (token.usedAt ?? 0) >= usedAt) return token
    noting.add(token.id)
    // Not waited for: whether the time of use can be kept says nothing about the request.
    store
      .write([{ update: 'protocolTokens', set: { usedAt }, where: { id: token.id } }])
      .catch(() => undefined)
      .finally(() => noting.delete(token.id))
    return token
  }

  return {
    create: (listener, name, protocol) =>
      inTurn(async () => {
        const own = await ofListener(listener)
        if (own.filter(({ token }) => token.revokedAt === undefined).length >= MOST_OF_ONE)
          throw new DeepcutsError('TOO_MANY_TOKENS', { most: MOST_OF_ONE })
        const id = (await store.max('protocolTokens', 'id')) + 1
        const secret = newSecret(protocol)
        const isCompared = protocol === 'listenbrainz'
        const createdAt = now()
        const columns = {
          id: [id],
          listener: [listener],
          name: [name],
          protocol: [protocol],
          sha256: [isCompared ? hashed('sha256', secret) : ''],
          sealed: [isCompared ? '' : await sealer.seal(secret, aboutOf(id, listener))],
          createdAt: [createdAt],
          usedAt: [Number.NaN],
          revokedAt: [Number.NaN],
        }
        await store.write([{ insert: 'protocolTokens', columns }])
        return { token: { id, listener, name, protocol, createdAt }, secret }
      }),
    list: async (listener) => (await ofListener(listener)).map(({ token }) => token),
    revoke: (listener, id) =>
      inTurn(async () => {
        const known = (await ofListener(listener)).find(({ token }) => token.id === id)?.token
        if (!known) throw new DeepcutsError('UNKNOWN_TOKEN', { id })
        if (known.revokedAt !== undefined) return known
        const set = { revokedAt: now(), sha256: '', sealed: '' }
        await store.write([{ update: 'protocolTokens', set, where: { id } }])
        return { ...known, revokedAt: set.revokedAt }
      }),
    async find(secret) {
      const digest = hashed('sha256', secret)
      const known = (await rows(0)).ofDigest.get(digest)
      return known && same(known.sha256, digest) ? used(known.token) : undefined
    },
    async findDigest(listener, time, digest) {
      let found: ProtocolToken | undefined
      for (const { token, sealed } of await ofListener(listener)) {
        const secret = sealed === '' ? undefined : await sealer.open(sealed, aboutOf(token.id, listener))
        if (secret === undefined) continue
        const wanted = hashed('md5', `${hashed('md5', secret)}${time}`)
        if (same(wanted, digest)) found ??= token
      }
      return found && used(found)
    },
    holds,
  }
}

/**
 * A ListenBrainz token is a UUID, which some clients insist on. An Audioscrobbler password is no text of 32 characters: some clients take that for
 * the MD5 of one.
 */
function newSecret(protocol: Protocol): string {
  return protocol === 'listenbrainz' ? randomUUID() : randomBytes(20).toString('hex')
}

function aboutOf(id: number, listener: number): string {
  return `protocol token ${id} of listener ${listener}`
}

function hashed(by: 'sha256' | 'md5', text: string): string {
  return createHash(by).update(text).digest('hex')
}

/** Compares two digests in hex in a time that does not hang on where they differ. */
function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other.toLowerCase())]
  return a.length === b.length && timingSafeEqual(a, b)
}
