import { DeepcutsError } from '../core/errors.ts'
import { fold } from '../core/track.ts'
import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import { type ExclusionRule, excluder, readTraits } from './exclusions.ts'
import { findArtist } from './find-track.ts'
import type { ListenerRow } from './listeners.ts'

/** How many of a listener's plays a rule takes out, were it the only one. */
export interface TakenOut {
  /** Of each rule, in their order. */
  readonly each: readonly number[]
  /** Of all of them together: a play that two take out counts once. */
  readonly together: number
}

/** Counts what rules take out, whatever else is excluded; hidden plays and those of unknown tracks count nowhere anyway. */
export async function playsTakenOut(
  store: Store,
  catalog: Catalog,
  { id, timeZone }: Pick<ListenerRow, 'id' | 'timeZone'>,
  rules: readonly ExclusionRule[],
): Promise<TakenOut> {
  const excluders = rules.map((rule) => excluder([{ id: 0, rule }], timeZone, catalog))
  const query = { where: { listener: id, hidden: 0 }, orderBy: ['id'] } as const
  const plays = await store.read('plays', ['identifier', 'endedAt'], query)
  const traits = await readTraits(store, query, excluders)
  const artists = new Map<number, string>()
  const artistOf = (row: number) => {
    const at = catalog.artist[row]!
    const known = artists.get(at) ?? fold(catalog.artists.at(at))
    artists.set(at, known)
    return known
  }
  const each = rules.map(() => 0)
  let together = 0
  for (let i = 0; i < plays.endedAt.length; i++) {
    const row = catalog.rowOfIdentifier[plays.identifier[i]!] ?? -1
    if (row < 0) continue
    const play = { endedAt: plays.endedAt[i]!, artist: artistOf(row), row, ...traits(i) }
    let out = false
    excluders.forEach(({ matches }, r) => {
      if (!matches(play)) return
      each[r]!++
      out = true
    })
    if (out) together++
  }
  return { each, together }
}

/**
 * A rule as it is kept: an artist as the catalog spells it, an import that told something of this listener.
 * @throws UNKNOWN_ARTIST, UNKNOWN_IMPORT
 */
export async function spelledRule(
  store: Store,
  catalog: Catalog,
  listener: number,
  rule: ExclusionRule,
  mayTell: (row: number) => boolean = () => true,
): Promise<ExclusionRule> {
  if (rule.kind === 'artist') return { ...rule, artist: findArtist(catalog, rule.artist, mayTell) }
  if (rule.kind !== 'import') return rule
  const { listener: owner } = await store.read('imports', ['listener'], { where: { id: rule.import } })
  const told = owner[0] === listener || (await store.count('plays', { import: rule.import, listener })) > 0
  if (!told) throw new DeepcutsError('UNKNOWN_IMPORT', { id: rule.import })
  return rule
}
