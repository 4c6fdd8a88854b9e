import { endOfDay, FOREVER, startOfDay } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import {
  type Engine,
  type ExclusionRule,
  findTrack,
  playsTakenOut,
  rowOfTrack,
  spelledRule,
  trackAt,
} from '../index.ts'
import { Exclusion, ExclusionPreview, Exclusions, NewExclusion, OfExclusion } from '../schemas/exclusions.ts'
import { OfListener } from '../schemas/parts.ts'

/** Plays that are kept and count for nothing. */
export const addExclusionRoutes: AddRoutes = (app, { engine }) => {
  const { exclusions } = engine.library
  const config = { access: 'listener' } as const
  const tags = ['exclusions']
  const read = async (listener: string, body: NewExclusion) => {
    const person = await engine.listener(listener)
    const rule = await ruleOf(engine, person, body)
    const { each } = await playsTakenOut(engine.library.store, await engine.library.catalog(), person, [rule])
    return { person, rule, plays: each[0]! }
  }

  app.get(
    '/v1/listeners/:listener/exclusions',
    {
      config,
      schema: {
        tags,
        summary: 'What counts for nothing, and how many plays that are',
        params: OfListener,
        response: answers(200, Exclusions),
      },
    },
    async ({ params: { listener } }) => {
      const person = await engine.listener(listener)
      const standing = await exclusions.list(person.id)
      const catalog = await engine.library.catalog()
      const rules = standing.map(({ rule }) => rule)
      const { each, together } = await playsTakenOut(engine.library.store, catalog, person, rules)
      const shownRules = await Promise.all(rules.map((rule) => shown(engine, rule)))
      return {
        exclusions: standing.map(({ id }, i) => ({ id, rule: shownRules[i]!, plays: each[i]! })),
        plays: together,
      }
    },
  )

  app.post(
    '/v1/listeners/:listener/exclusions/preview',
    {
      config,
      schema: {
        tags,
        summary: 'How many plays an exclusion would take out; nothing is kept',
        params: OfListener,
        body: NewExclusion,
        response: answers(200, ExclusionPreview),
      },
    },
    async ({ params: { listener }, body }) => {
      const { rule, plays } = await read(listener, body)
      return { rule: await shown(engine, rule), plays }
    },
  )

  app.post(
    '/v1/listeners/:listener/exclusions',
    {
      config,
      schema: {
        tags,
        summary: 'Let plays count for nothing, from the next mix on; the same one twice is one',
        params: OfListener,
        body: NewExclusion,
        response: answers(201, Exclusion),
      },
    },
    async ({ params: { listener }, body }, reply) => {
      const { person, rule, plays } = await read(listener, body)
      const { id } = await exclusions.add(person.id, rule)
      return reply.code(201).send({ id, rule: await shown(engine, rule), plays })
    },
  )

  app.delete(
    '/v1/listeners/:listener/exclusions/:exclusion',
    {
      config,
      schema: {
        tags,
        summary: 'Let the plays of an exclusion count again; gives what it was',
        params: OfExclusion,
        response: answers(200, Exclusion),
      },
    },
    async ({ params: { listener, exclusion } }) => {
      const person = await engine.listener(listener)
      const found = (await exclusions.list(person.id)).find(({ id }) => id === exclusion)
      await exclusions.remove(person.id, exclusion)
      const rule = found!.rule
      const catalog = await engine.library.catalog()
      const { each } = await playsTakenOut(engine.library.store, catalog, person, [rule])
      return { id: exclusion, rule: await shown(engine, rule), plays: each[0]! }
    },
  )
}

type Person = Awaited<ReturnType<Engine['listener']>>

/** The rule that a request asks for. @throws UNKNOWN_TRACK, UNKNOWN_ARTIST, UNKNOWN_IMPORT, BAD_VALUE */
async function ruleOf(engine: Engine, { id, timeZone }: Person, body: NewExclusion): Promise<ExclusionRule> {
  const { store } = engine.library
  const catalog = await engine.library.catalog()
  const open = await engine.openTracks(id)
  const mayTell = (row: number) => open[row] === 1
  if (body.kind === 'track') {
    const row = await findTrack(store, catalog, body.track, id, mayTell)
    return { kind: 'track', track: trackAt(catalog, row).id }
  }
  if (body.kind === 'time') return timeRule(body, timeZone)
  if (body.kind !== 'hours') return spelledRule(store, catalog, id, body, mayTell)
  const to = body.to % 24
  if (body.from === to) throw badValue('to', body.to, 'another hour than "from", such as 18 to 20 or 22 to 6')
  return { ...body, to }
}

function timeRule(
  { from = 0, to = FOREVER }: Extract<NewExclusion, { kind: 'time' }>,
  timeZone: string,
): ExclusionRule {
  const start = typeof from === 'number' ? from : startOfDay(from, timeZone)
  const end = typeof to === 'number' ? to : endOfDay(to, timeZone)
  const expected = 'ms since the epoch, or a date such as 2024-12-24'
  if (Number.isNaN(start)) throw badValue('from', from, expected)
  if (Number.isNaN(end)) throw badValue('to', to, expected)
  if (end <= start) throw badValue('to', to, `later than ${from}`)
  return { kind: 'time', from: start, to: end }
}

const badValue = (option: string, value: string | number, expected: string) =>
  new DeepcutsError('BAD_VALUE', { option, value, expected })

/** A rule with the track that it is about, and without ends that are none. */
async function shown({ library }: Engine, rule: ExclusionRule) {
  if (rule.kind === 'time') {
    const { kind, from, to } = rule
    return { kind, ...(from > 0 && { from }), ...(to < FOREVER && { to }) }
  }
  if (rule.kind !== 'track') return rule
  const catalog = await library.catalog()
  const row = rowOfTrack(catalog, rule.track)
  return { ...rule, ...(row >= 0 && { is: trackAt(catalog, row) }) }
}
