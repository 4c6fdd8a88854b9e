import type { Engine, ExclusionRule } from '../index.ts'
import type { Context } from './context.ts'
import { ruleText } from './exclusion-rule.ts'
import { many } from './text.ts'

interface Person {
  readonly id: number
  readonly timeZone: string
}

/** How many of a listener's plays the rules take out together, whatever else is excluded. */
export async function playsTakenOut(
  { library }: Engine,
  { id, timeZone }: Person,
  rules: readonly ExclusionRule[],
): Promise<number> {
  const { readLog } = await import('../index.ts')
  const catalog = await library.catalog()
  const sizeWith = async (some: readonly ExclusionRule[]) => {
    const exclusions = some.map((rule, i) => ({ id: i + 1, rule }))
    return (await readLog(library.store, catalog, { listener: id, timeZone, exclusions })).size
  }
  return (await sizeWith([])) - (await sizeWith(rules))
}

/**
 * Adds exclusions, all or none, artists as the catalog spells them, and tells what each takes out.
 * @throws DeepcutsError UNKNOWN_ARTIST
 */
export async function addExclusions(
  context: Context,
  person: Person,
  rules: readonly ExclusionRule[],
): Promise<void> {
  if (rules.length === 0) return
  const engine = await context.engine()
  const { library } = engine
  const { findArtist } = await import('../index.ts')
  const catalog = await library.catalog()
  const spelled = rules.map((rule) =>
    rule.kind === 'artist' ? { ...rule, artist: findArtist(catalog, rule.artist) } : rule,
  )
  for (const rule of spelled) {
    await library.exclusions.add(person.id, rule)
    const plays = await playsTakenOut(engine, person, [rule])
    context.out.tell(
      `Excluded: ${ruleText(rule, person.timeZone)}. That is ${plays === 0 ? 'no play so far' : many(plays, 'play')}.`,
    )
  }
}
