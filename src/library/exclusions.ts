import type { Clock } from '../core/clock.ts'
import { localTimeIn } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { fold } from '../core/track.ts'
import type { InTurn } from '../core/turns.ts'
import type { Query, Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'

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
  /** Every play of a recording, named by one of its identifiers; it is not proposed either. */
  | { readonly kind: 'track'; readonly track: number }
  /** Every play that one import told. */
  | { readonly kind: 'import'; readonly import: number }
  /** Every play that imports of this format told, such as "spotify-account" or "events"; those to come too. */
  | { readonly kind: 'source'; readonly source: string }

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

/** A play as exclusions see it; `artist` is folded. What no rule asks for may be left out. */
interface PlayFacts {
  readonly endedAt: number
  readonly device?: string
  readonly artist: string
  /** Row in the catalog. */
  readonly row?: number
  readonly import?: number
  /** The format of its import. */
  readonly source?: string
}

/** One test for many plays. @param catalog where rules name tracks */
export function excluder(
  exclusions: readonly Exclusion[],
  timeZone: string,
  catalog?: Pick<Catalog, 'rowOfIdentifier'>,
) {
  const rules = exclusions.map(({ rule }) => rule)
  const rowOf = (track: number) => catalog?.rowOfIdentifier[track] ?? -1
  const tests = rules.map((rule) => testOf(rule, timeZone, rowOf))
  const has = (kind: ExclusionRule['kind']) => rules.some((rule) => rule.kind === kind)
  return {
    isEmpty: rules.length === 0,
    needsDevice: has('device'),
    needsImport: has('import') || has('source'),
    /** Folded names of the excluded artists. */
    artists: new Set(rules.flatMap((rule) => (rule.kind === 'artist' ? [fold(rule.artist)] : []))),
    /** Rows of the excluded tracks. */
    rows: rules
      .flatMap((rule) => (rule.kind === 'track' ? [rowOf(rule.track)] : []))
      .filter((row) => row >= 0),
    matches: (play: PlayFacts) => tests.some((test) => test(play)),
  }
}
export type Excluder = ReturnType<typeof excluder>

function testOf(
  rule: ExclusionRule,
  timeZone: string,
  rowOf: (track: number) => number,
): (play: PlayFacts) => boolean {
  if (rule.kind === 'artist') {
    const artist = fold(rule.artist)
    return (play) => play.artist === artist
  }
  if (rule.kind === 'time') return ({ endedAt }) => endedAt >= rule.from && endedAt < rule.to
  if (rule.kind === 'hours') {
    const local = localTimeIn(timeZone)
    return ({ endedAt }) => {
      const { hour } = local(endedAt)
      return rule.from <= rule.to ? hour >= rule.from && hour < rule.to : hour >= rule.from || hour < rule.to
    }
  }
  if (rule.kind === 'track') {
    const row = rowOf(rule.track)
    return (play) => row >= 0 && play.row === row
  }
  if (rule.kind === 'import') return (play) => play.import === rule.import
  if (rule.kind === 'source') return (play) => play.source === rule.source
  const wanted = fold(rule.device)
  const known = new Map<string, boolean>()
  return ({ device = '' }) => {
    const answer = known.get(device) ?? fold(device).includes(wanted)
    known.set(device, answer)
    return answer
  }
}

/** Of the i-th play what some exclusions look at and logs do not keep. */
export type TraitsAt = (i: number) => Pick<PlayFacts, 'device' | 'import' | 'source'>

/** Reads what these exclusions want to know of the plays of a query, in its order. */
export async function readTraits(
  store: Store,
  query: Query<'plays'>,
  excluders: readonly Pick<Excluder, 'needsDevice' | 'needsImport'>[],
): Promise<TraitsAt> {
  const device = excluders.some(({ needsDevice }) => needsDevice)
    ? (await store.read('plays', ['device'], query)).device
    : undefined
  if (!excluders.some(({ needsImport }) => needsImport)) return (i) => (device ? { device: device[i]! } : {})
  const told = (await store.read('plays', ['import'], query)).import
  const imports = await store.read('imports', ['id', 'format'])
  const formats = new Map(Array.from(imports.id, (id, i) => [id, imports.format[i]!]))
  return (i) => ({
    ...(device && { device: device[i]! }),
    import: told[i]!,
    source: formats.get(told[i]!) ?? '',
  })
}
