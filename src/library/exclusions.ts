import type { Clock } from '../core/clock.ts'
import { localTimeIn } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { fold } from '../core/track.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store } from '../store/store.ts'

/** Plays that are not this listener's taste: they are kept, and count for nothing. */
export type ExclusionRule =
  /** Every play of an artist, whose other tracks are then not proposed either. Unlike `never`, it says nothing of shared tracks and guest parts. */
  | { readonly kind: 'artist'; readonly artist: string }
  /** From `from` up to but not with `to`, ms since the epoch. */
  | { readonly kind: 'time'; readonly from: number; readonly to: number }
  /** Local hours of the day, `from` up to but not with `to`; wraps over midnight when `from` > `to`. */
  | { readonly kind: 'hours'; readonly from: number; readonly to: number }
  /** Every play on a device whose description contains this text, letters' case aside. */
  | { readonly kind: 'device'; readonly device: string }

export interface Exclusion {
  readonly id: number
  readonly rule: ExclusionRule
}

export interface Exclusions {
  list(listener: number): Promise<Exclusion[]>
  add(listener: number, rule: ExclusionRule): Promise<Exclusion>
  /** @throws UNKNOWN_EXCLUSION */
  remove(listener: number, id: number): Promise<void>
}

/** The exclusions of a store; those added are dated by `now`. */
export function exclusionsOf(store: Store, now: Clock, inTurn: InTurn): Exclusions {
  const list = async (listener: number): Promise<Exclusion[]> => {
    const rows = await store.read('exclusions', ['id', 'value'], { where: { listener }, orderBy: ['id'] })
    return Array.from(rows.id, (id, i) => ({ id, rule: JSON.parse(rows.value[i]!) as ExclusionRule }))
  }
  return {
    list,
    add: (listener, rule) =>
      inTurn(async () => {
        const value = JSON.stringify(rule)
        const known = (await list(listener)).find((exclusion) => JSON.stringify(exclusion.rule) === value)
        if (known) return known
        const id = (await store.max('exclusions', 'id')) + 1
        await store.write([
          {
            insert: 'exclusions',
            columns: { id: [id], listener: [listener], kind: [rule.kind], value: [value], at: [now()] },
          },
        ])
        return { id, rule }
      }),
    async remove(listener, id) {
      if (!(await list(listener)).some((exclusion) => exclusion.id === id))
        throw new DeepcutsError('UNKNOWN_EXCLUSION', { id })
      await store.write([{ delete: 'exclusions', where: { listener, id } }])
    },
  }
}

/** A play as exclusions see it; `artist` is folded. */
interface PlayFacts {
  readonly endedAt: number
  readonly device: string
  readonly artist: string
}

/** One test for many plays. */
export function excluder(exclusions: readonly Exclusion[], timeZone: string) {
  const rules = exclusions.map(({ rule }) => rule)
  const local = rules.some((rule) => rule.kind === 'hours') ? localTimeIn(timeZone) : undefined
  const tests = rules.map((rule): ((play: PlayFacts) => boolean) => {
    if (rule.kind === 'artist') {
      const artist = fold(rule.artist)
      return (play) => play.artist === artist
    }
    if (rule.kind === 'time') return (play) => play.endedAt >= rule.from && play.endedAt < rule.to
    if (rule.kind === 'hours')
      return (play) => {
        const { hour } = local!(play.endedAt)
        return rule.from <= rule.to
          ? hour >= rule.from && hour < rule.to
          : hour >= rule.from || hour < rule.to
      }
    const device = fold(rule.device)
    const known = new Map<string, boolean>()
    return (play) => {
      const answer = known.get(play.device) ?? fold(play.device).includes(device)
      known.set(play.device, answer)
      return answer
    }
  })
  return {
    needsDevice: rules.some((rule) => rule.kind === 'device'),
    /** Folded names of the excluded artists. */
    artists: new Set(rules.flatMap((rule) => (rule.kind === 'artist' ? [fold(rule.artist)] : []))),
    matches: (play: PlayFacts) => tests.some((test) => test(play)),
  }
}
