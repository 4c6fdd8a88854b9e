import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import {
  type Engine,
  findNamedSeeds,
  findRecipe,
  findSong,
  playsBy,
  recommend,
  similarTracks,
  trackAt,
} from '../index.ts'
import { Mix, MixQuery, Similar, SimilarQuery } from '../schemas/mixes.ts'
import { OfListener } from '../schemas/parts.ts'
import { formatOf, sendFile, shownMix } from './mix-answers.ts'

/** Lists of tracks: drawn, and what is like a track. */
export const addMixRoutes: AddRoutes = (app, { engine }) => {
  const config = { access: 'listener' } as const
  const tags = ['mixes']

  app.get(
    '/v1/listeners/:listener/recommendations',
    {
      config,
      schema: {
        tags,
        summary: 'A list of tracks, with a reason on each; it is logged as shown',
        params: OfListener,
        querystring: MixQuery,
        response: answers(200, Mix),
      },
    },
    async (request, reply) => {
      const { listener } = request.params
      const { explain, from, format: file, ...query } = request.query
      const { startsFrom } = findRecipe(query.recipe)
      if (!startsFrom && from)
        throw new DeepcutsError('NEEDS_NO_SEEDS', { recipe: query.recipe, from: from.join(' ') })
      const seeds = from && (await seedsOf(engine, listener, from))
      const asked = { ...query, ...(seeds && { from: seeds.seeds }) }
      const recommendation = await recommend({ listener, at: engine.now(), ...asked }, engine)
      const format = formatOf(request, file)
      if (format !== 'json') return sendFile(reply, recommendation.mix, format)
      const mix = shownMix(
        recommendation.mix,
        recommendation.degraded.map(({ source }) => source),
      )
      const notes = [...mix.notes, ...(seeds?.notes ?? [])]
      if (explain === undefined || explain === false) return { ...mix, notes }
      const { catalog } = await engine.shelves()
      const removed = recommendation.removed.map(({ row, by }) => ({ track: trackAt(catalog, row), by }))
      return { ...mix, notes, removed }
    },
  )

  app.get(
    '/v1/listeners/:listener/similar',
    {
      config,
      schema: {
        tags,
        summary: 'Tracks like one, and why',
        params: OfListener,
        querystring: SimilarQuery,
        response: answers(200, Similar),
      },
    },
    async ({ params: { listener }, query: { track: text, n } }) => {
      const { id } = await engine.listener(listener)
      const { store, catalog } = engine.library
      const open = await engine.openTracks(id)
      const mayTell = (one: number) => open[one] === 1
      const { row, note } = await findSong(
        engine,
        text,
        async () => playsBy(store, await catalog(), id),
        mayTell,
      )
      const { track, similar, notes } = await similarTracks(engine, row, n, id, mayTell)
      return {
        track,
        similar: similar.map(({ track: other, affinity, why }) => ({
          track: other,
          affinity,
          why: [...why],
        })),
        notes: [...(note === undefined ? [] : [note]), ...notes],
      }
    },
  )
}

/** Where a radio starts: names, links and ids; no file is ever looked for. */
async function seedsOf(engine: Engine, listener: string, words: readonly string[]) {
  const { trackHistory } = await engine.describe(listener, engine.now())
  const open = await engine.openTracks((await engine.listener(listener)).id)
  return findNamedSeeds(
    engine,
    words,
    (row) => trackHistory(row).plays,
    (row) => open[row] === 1,
  )
}
