import type { Engine, ExclusionRule } from '../index.ts'
import type { Context } from './context.ts'
import { ruleText } from './exclusion-rule.ts'
import { nameOf } from './say.ts'
import { many } from './text.ts'

interface Person {
  readonly id: number
  readonly timeZone: string
}

/** How many of a listener's plays the rules take out together, whatever else is excluded. */
export async function takenOutBy(
  { library }: Engine,
  person: Person,
  rules: readonly ExclusionRule[],
): Promise<number> {
  const { playsTakenOut } = await import('../index.ts')
  return (await playsTakenOut(library.store, await library.catalog(), person, rules)).together
}

/**
 * Adds exclusions, all or none, artists as the catalog spells them, and tells what each takes out.
 * @throws DeepcutsError UNKNOWN_ARTIST, UNKNOWN_IMPORT
 */
export async function addExclusions(
  context: Context,
  person: Person,
  rules: readonly ExclusionRule[],
): Promise<void> {
  if (rules.length === 0) return
  const engine = await context.engine()
  const { library } = engine
  const { rowOfTrack, spelledRule, trackAt } = await import('../index.ts')
  const catalog = await library.catalog()
  const spelled: ExclusionRule[] = []
  for (const rule of rules) spelled.push(await spelledRule(library.store, catalog, person.id, rule))
  const called = (track: number) => nameOf(trackAt(catalog, rowOfTrack(catalog, track)))
  for (const rule of spelled) {
    await library.exclusions.add(person.id, rule)
    const plays = await takenOutBy(engine, person, [rule])
    context.out.tell(
      `Excluded: ${ruleText(rule, person.timeZone, called)}. That is ${plays === 0 ? 'no play so far' : many(plays, 'play')}.`,
    )
  }
}
