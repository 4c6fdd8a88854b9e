import { localTimeIn } from './core/clock.ts'
import type { Mix, ToldMix } from './core/mix.ts'
import type { Engine } from './engine.ts'
import { readTold } from './explore/exposure.ts'
import type { ListenerState } from './features/describe-listener.ts'
import { rowOfTrack, trackAt } from './library/catalog.ts'
import type { ListenerRow } from './library/listeners.ts'
import type { PreparedMix } from './library/prepared-mixes.ts'
import { recipeFor, TODAY } from './mix/recipes.ts'
import { recommend } from './recommend.ts'

export type TodaysRecipe = (typeof TODAY)[number]

/** How long a mix of the day is. */
const TODAYS_LENGTH = 30

/** A mix of the listener's day, without what they have refused since it was drawn. */
export interface TodaysMix {
  readonly mix: Mix
  /** Sources that failed when it was drawn. */
  readonly degraded: readonly string[]
  /** It is shown like this within these moments, ms since the epoch, unless something is said or changed: the day ends, or a snooze does. */
  readonly from: number
  readonly until: number
}

/** A mix of a day as it is kept, in the log of what was shown or waiting for the listener. */
interface DrawnMix {
  readonly draw: string
  readonly recipe: string
  readonly model: number
  readonly trackIds: readonly number[]
  readonly told: ToldMix
  /** Where it has not been shown yet. */
  readonly waiting?: PreparedMix
}

/** Of a listener on one of their days. */
interface Day {
  readonly listener: ListenerRow
  readonly state: ListenerState
  readonly at: number
  readonly date: string
  dateOf(moment: number): string
}

/**
 * The mix of a recipe on the listener's day: drawn once, logged when it is first shown, and told again from the log until the day ends, whatever
 * was heard or learned since. What was refused since is not in it.
 * @throws UNKNOWN_LISTENER
 */
export async function todaysMix(engine: Engine, name: string, recipe: TodaysRecipe): Promise<TodaysMix> {
  return engine.inTurn(`${name}/today`, async () => {
    const day = await dayOf(engine, name)
    const drawn = (await keptMix(engine, day, recipe)) ?? (await drawnNow(engine, day, recipe, 'shown'))
    if (drawn.waiting) await show(engine, day, drawn.waiting)
    return asShown(engine, day, drawn)
  })
}

/**
 * Draws the mix of a recipe on the listener's day ahead, so that it waits for them; false where it was drawn already.
 * @throws UNKNOWN_LISTENER
 */
export async function prepareMix(engine: Engine, name: string, recipe: TodaysRecipe): Promise<boolean> {
  return engine.inTurn(`${name}/today`, async () => {
    const day = await dayOf(engine, name)
    if (await keptMix(engine, day, recipe)) return false
    await drawnNow(engine, day, recipe, 'waiting')
    return true
  })
}

async function dayOf(engine: Engine, name: string): Promise<Day> {
  const at = engine.now()
  const listener = await engine.listener(name)
  const local = localTimeIn(listener.timeZone)
  const dateOf = (moment: number) => local(moment).date
  return { listener, state: await engine.describe(name, at), at, date: dateOf(at), dateOf }
}

async function keptMix(
  { library: { exposures, preparedMixes } }: Engine,
  { listener: { id }, state, date, dateOf }: Day,
  recipe: TodaysRecipe,
): Promise<DrawnMix | undefined> {
  const { name } = recipeFor(recipe, state)
  for (const { draw, occasion, at, model } of await exposures.shown(id, name)) {
    if (dateOf(at) !== date || (occasion !== 'day' && occasion !== 'again')) continue
    const read = readTold((await exposures.body(id, draw)) ?? '{}')
    if (read?.n === TODAYS_LENGTH) return { ...read, draw, recipe: name, model }
  }
  const waiting = await preparedMixes.find(id, name, date)
  const read = waiting && readTold(waiting.body)
  return read && { ...read, draw: waiting.draw, recipe: name, model: waiting.model, waiting }
}

/** Draws it without the new songs of the mixes before it, which are drawn ahead where they are not yet: so the order of asking makes no difference. */
async function drawnNow(
  engine: Engine,
  day: Day,
  recipe: TodaysRecipe,
  how: 'shown' | 'waiting',
): Promise<DrawnMix> {
  const without: number[] = []
  for (const before of TODAY.slice(0, TODAY.indexOf(recipe))) {
    const { told, trackIds } =
      (await keptMix(engine, day, before)) ?? (await drawnNow(engine, day, before, 'waiting'))
    without.push(...trackIds.filter((_, i) => told.tracks[i]!.familiarity === 'new'))
  }
  // Of a listener of whom nothing is known several recipes are one.
  const same = without.length > 0 ? await keptMix(engine, day, recipe) : undefined
  if (same) return same
  const { listener, date } = day
  let drawn: DrawnMix | undefined
  const logExposure: Engine['logExposure'] = async (mix, occasion, body) => {
    const { told } = body
    const kept = { draw: mix.draw, recipe: mix.recipe, model: mix.modelVersion }
    const trackIds = mix.tracks.map(({ track }) => track.id)
    drawn = { ...kept, trackIds, told: told! }
    if (how === 'shown') return engine.logExposure(mix, occasion, body)
    const waiting = {
      ...kept,
      listener: listener.id,
      occasion,
      at: mix.at,
      day: date,
      body: JSON.stringify(body),
    }
    await engine.library.preparedMixes.put(waiting)
  }
  const query = { listener: listener.name, recipe, n: TODAYS_LENGTH, at: day.at, without }
  await recommend(query, { ...engine, logExposure })
  return drawn!
}

/** From now on it was shown; another slate of that recipe may have been the first of the day. */
async function show({ library, days }: Engine, day: Day, mix: PreparedMix): Promise<void> {
  const { listener, at, date, dateOf } = day
  const drawn = await days(listener.id, mix.recipe)
  const isFirst = !drawn.some((moment) => dateOf(moment) === date)
  await library.preparedMixes.show({ ...mix, occasion: isFirst ? 'day' : 'again' }, at)
}

async function asShown(engine: Engine, day: Day, drawn: DrawnMix): Promise<TodaysMix> {
  const { listener, state, at } = day
  const { catalog } = await engine.shelves()
  const { degraded, tracks: told, ...mix } = drawn.told
  const rows = drawn.trackIds.map((id) => rowOfTrack(catalog, id))
  const tracks = rows.flatMap((row, i) =>
    row < 0 || state.refusal(row) !== undefined
      ? []
      : [{ position: i + 1, track: trackAt(catalog, row), ...told[i]! }],
  )
  const gone = rows.length - tracks.length
  const note = `${gone} of its ${rows.length} songs ${gone === 1 ? 'is' : 'are'} left out, as you refused ${gone === 1 ? 'it' : 'them'} since it was drawn.`
  const snoozes = (await engine.library.feedback.list(listener.id)).flatMap(({ until }) => until ?? [])
  const { from, until } = spanOf(day)
  return {
    mix: {
      ...mix,
      draw: drawn.draw,
      recipe: drawn.recipe,
      listener: listener.name,
      modelVersion: drawn.model,
      tracks,
      notes: [...mix.notes, ...(gone > 0 ? [note] : [])],
    },
    degraded,
    from,
    until: Math.min(until, ...snoozes.filter((end) => end > at)),
  }
}

const HOUR = 3_600_000

/** The moments of the listener's day, to the second. */
function spanOf({ at, date, dateOf }: Pick<Day, 'at' | 'date' | 'dateOf'>): { from: number; until: number } {
  const edge = (step: number) => {
    let [inside, outside] = [at, at + step]
    while (dateOf(outside) === date) outside += step
    while (Math.abs(outside - inside) > 1000) {
      const middle = (inside + outside) / 2
      if (dateOf(middle) === date) inside = middle
      else outside = middle
    }
    return step > 0 ? outside : inside
  }
  return { from: edge(-HOUR), until: edge(HOUR) }
}
