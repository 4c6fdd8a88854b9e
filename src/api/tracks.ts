import { createHash } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { breathe } from '../core/breathe.ts'
import { DeepcutsError } from '../core/errors.ts'
import { turns } from '../core/turns.ts'
import { paged, placeOf } from '../http/cursor.ts'
import { type AddRoutes, type App, answers } from '../http/routes.ts'
import { factsAt, rowOfTrack, searchTracks, trackAt } from '../index.ts'
import { EventHeaders } from '../schemas/events.ts'
import { OfListener } from '../schemas/parts.ts'
import {
  KnownTrack,
  Merge,
  NamedTrack,
  OfListenersTrack,
  OfTrack,
  Split,
  TrackLines,
  TrackPage,
  Tracks,
  TracksStated,
  WasSplit,
} from '../schemas/tracks.ts'
import { statedLines } from './track-bodies.ts'

const BULK_BYTES = 64 * 1024 * 1024
/** What is left free on the disk whatever is sent. */
const LEFT_FREE = 64 * 1024 * 1024
const TOLD = 100

/** The catalog: to look up, to state, to put right. */
export const addTrackRoutes: AddRoutes = (app, services) => {
  const { engine } = services
  const { library } = engine
  const apps = { access: 'app' } as const
  const own = { access: 'listener' } as const
  const tags = ['tracks']
  // A body is read as it comes, which the other routes do not do: so it is in a context of its own.
  void app.register(async (scope) => addBulk(scope as unknown as App, services))

  const page = async (
    { q = '', after, limit }: { q?: string; after?: string; limit: number },
    mayTell: (row: number) => boolean,
  ) => {
    const [last] = after === undefined ? [0] : placeOf(after, ['number'])
    const catalog = await library.catalog()
    const rows = (await searchTracks(catalog, q)).filter(mayTell)
    const found = paged(
      rows,
      limit,
      (row) => catalog.trackId[row]! > last,
      (row) => [catalog.trackId[row]!],
    )
    return {
      tracks: found.page.map((row) => trackAt(catalog, row)),
      ...(found.next !== undefined && { next: found.next }),
    }
  }
  const known = async (id: number, mayTell: (row: number) => boolean = () => true) => {
    const catalog = await library.catalog()
    const row = rowOfTrack(catalog, id)
    if (row < 0 || !mayTell(row)) throw new DeepcutsError('UNKNOWN_TRACK', { track: id })
    const { genres, ...rest } = factsAt(catalog, row)
    return { catalog, row, shown: { track: trackAt(catalog, row), ...rest, genres: [...genres] } }
  }
  const named = async (id: number) => {
    const { catalog, row, shown } = await known(id)
    return { ...shown, names: await library.recordings.names(catalog, row) }
  }

  app.get(
    '/v1/tracks',
    {
      config: apps,
      schema: {
        tags,
        summary: 'Every track that anything here names, by words of its names, in the order of their ids',
        querystring: TrackPage,
        response: answers(200, Tracks),
      },
    },
    async ({ query }) => page(query, () => true),
  )

  app.get(
    '/v1/tracks/:track',
    {
      config: apps,
      schema: {
        tags,
        summary: 'A track: what is known of it, and what was taken to be it',
        params: OfTrack,
        response: answers(200, NamedTrack),
      },
    },
    async ({ params: { track } }) => named(track),
  )

  app.get(
    '/v1/listeners/:listener/tracks',
    {
      config: own,
      schema: {
        tags,
        summary:
          'Tracks of catalogs and of this listener’s own data; none that only somebody else’s listening names',
        params: OfListener,
        querystring: TrackPage,
        response: answers(200, Tracks),
      },
    },
    async ({ params: { listener }, query }) => page(query, await openTo(listener)),
  )

  app.get(
    '/v1/listeners/:listener/tracks/:track',
    {
      config: own,
      schema: {
        tags,
        summary: 'One of those tracks, and what is known of it',
        params: OfListenersTrack,
        response: answers(200, KnownTrack),
      },
    },
    async ({ params: { listener, track } }) => (await known(track, await openTo(listener))).shown,
  )

  app.post(
    '/v1/tracks/:track/merge',
    {
      config: apps,
      schema: {
        tags,
        summary: 'Say that two tracks are one recording, until one of the two is split off',
        params: OfTrack,
        body: Merge,
        response: answers(200, NamedTrack),
      },
    },
    async ({ params: { track }, body }) => {
      const [one, other] = [await known(track), await known(body.with)]
      if (one.row !== other.row) await library.recordings.merge(one.shown.track.id, other.shown.track.id)
      return named(track)
    },
  )

  app.post(
    '/v1/tracks/:track/split',
    {
      config: apps,
      schema: {
        tags,
        summary:
          'Take a name out of a track; one that was merged by hand is only not said to be the same any more',
        params: OfTrack,
        body: Split,
        response: answers(200, WasSplit),
      },
    },
    async ({ params: { track }, body: { identifier } }) => {
      const { names } = await named(track)
      if (names.length < 2 || !names.some((name) => name.identifier === identifier))
        throw new DeepcutsError('BAD_VALUE', {
          option: 'identifier',
          value: identifier,
          expected:
            names.length < 2
              ? 'left alone: this track has one name only'
              : `one of ${names.map((name) => name.identifier).join(', ')}`,
        })
      await library.recordings.split(identifier)
      const rest = names.find((name) => name.identifier !== identifier)!
      return {
        track: await named(track === identifier ? rest.identifier : track),
        split: await named(identifier),
      }
    },
  )

  async function openTo(listener: string): Promise<(row: number) => boolean> {
    const open = await engine.openTracks((await engine.listener(listener)).id)
    return (row) => open[row] === 1
  }
}

const addBulk: AddRoutes = (app, { engine }) => {
  // One after the other: what is stated is in memory until it is kept. The handler reads what comes.
  const inTurn = turns()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(['application/x-ndjson', 'text/csv'], (_, __, done) => done(null, ''))

  app.post(
    '/v1/tracks/bulk',
    {
      config: { access: 'app' },
      bodyLimit: BULK_BYTES,
      schema: {
        tags: ['tracks'],
        summary: 'State what is known of many tracks; it replaces what was stated of the same names before',
        consumes: ['application/x-ndjson', 'text/csv'],
        headers: EventHeaders,
        body: TrackLines,
        response: answers(200, TracksStated),
      },
    },
    async (request) =>
      inTurn(async () => {
        const { library, folder, now } = engine
        await checkRoom(folder, Number(request.headers['content-length'] ?? 0))
        const digest = createHash('sha256')
        const session = library.stated.begin()
        const problems: { line: number; problem: string }[] = []
        let refused = 0
        for await (const lines of statedLines(request, metered(request.raw, digest), now())) {
          for (const one of lines) {
            if ('track' in one) session.add(one.track, one.facts)
            else if (++refused <= TOLD) problems.push({ line: one.line, problem: one.problem })
          }
          await breathe()
        }
        const key = request.headers['idempotency-key']
        const name = (text: string) => createHash('sha256').update(`tracks\u0000${text}`).digest('hex')
        const asked = key === undefined ? undefined : { key: name(key), sha256: digest.digest('hex') }
        return { ...(await session.commit(asked)), refused, problems }
      }),
  )
}

/** @throws STORE_FULL where what is sent might not fit */
async function checkRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < LEFT_FREE + 2 * bytes) throw new DeepcutsError('STORE_FULL', { path: folder })
}

/** Passes bytes on, counted and digested. @throws BODY_TOO_LARGE */
async function* metered(
  body: AsyncIterable<Uint8Array>,
  digest: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const bytes of body) {
    size += bytes.length
    if (size > BULK_BYTES) throw new DeepcutsError('BODY_TOO_LARGE')
    digest.update(bytes)
    yield bytes
  }
}
