import { Type } from 'typebox'
import { DeepcutsError } from '../core/errors.ts'
import type { AddRoutes, App } from '../http/routes.ts'
import { answers } from '../http/routes.ts'
import {
  type Engine,
  entryName,
  type FoundSeeds,
  findPlaylistSeeds,
  type PlaylistFile,
  playlistText,
  readPlaylist,
  recommend,
} from '../index.ts'
import { OfListener } from '../schemas/parts.ts'
import { Continued, ContinueQuery, type Playlist, SentPlaylist } from '../schemas/playlists.ts'
import { formatOf, sendFile, shownMix } from './mix-answers.ts'

/** Media types of playlist files → what such a file is called here: names in a request are not looked at. */
const FILES: Readonly<Record<string, string>> = {
  'application/xspf+xml': 'the playlist.xspf',
  'application/xml': 'the playlist.xspf',
  'text/xml': 'the playlist.xspf',
  'application/jspf+json': 'the playlist.jspf',
  'audio/x-mpegurl': 'the playlist.m3u8',
  'audio/mpegurl': 'the playlist.m3u8',
  'application/vnd.apple.mpegurl': 'the playlist.m3u8',
  'text/csv': 'the playlist.csv',
  'text/plain': 'the playlist.txt',
}
const MOST_BYTES = 2 << 20
const MOST_TRACKS = 5000

/** Playlists that go on. */
export const addContinueRoutes: AddRoutes = (app, services) => {
  void app.register(async (scope) => addContinue(scope as unknown as App, services))
}

const addContinue: AddRoutes = (app, { engine }) => {
  for (const [type, file] of Object.entries(FILES)) {
    if (app.hasContentTypeParser(type)) app.removeContentTypeParser(type)
    const options = { parseAs: 'buffer', bodyLimit: MOST_BYTES } as const
    app.addContentTypeParser(type, options, async (_: unknown, bytes: Buffer) => playlistText(bytes, file))
  }

  app.post(
    '/v1/listeners/:listener/continue',
    {
      config: { access: 'listener' },
      bodyLimit: MOST_BYTES,
      schema: {
        tags: ['mixes'],
        summary:
          'What could come next on a playlist, none of which is on it: tracks as JSON, or a file (XSPF, JSPF, M3U8, CSV, text) as it is',
        params: OfListener,
        querystring: ContinueQuery,
        // Of a file its text says what it is.
        body: {
          content: {
            'application/json': { schema: SentPlaylist },
            ...Object.fromEntries(Object.keys(FILES).map((type) => [type, { schema: Type.String() }])),
          },
        },
        response: answers(200, Continued),
      },
    },
    async (request, reply) => {
      const { listener } = request.params
      const { format: asked, ...query } = request.query
      const { id } = await engine.listener(listener)
      const open = await engine.openTracks(id)
      const found = await seedsOf(engine, request.body as Playlist | string, nameOf(request.headers), open)
      const { mix, degraded } = await recommend(
        { ...query, listener, recipe: 'continue', from: found.seeds, at: engine.now() },
        engine,
      )
      const format = formatOf(request, asked)
      if (format !== 'json') return sendFile(reply, mix, format)
      return {
        ...shownMix(
          { ...mix, notes: [...mix.notes, ...found.notes] },
          degraded.map(({ source }) => source),
        ),
        from: { title: found.seeds.title, told: found.told, known: found.seeds.trackIds.length },
        unknown: found.unknown.map(entryName),
      }
    },
  )
}

function nameOf({ 'content-type': type = '' }: { readonly 'content-type'?: string | undefined }): string {
  return FILES[type.split(';')[0]!.trim().toLowerCase()] ?? 'the playlist'
}

async function seedsOf(
  engine: Engine,
  body: Playlist | string,
  file: string,
  open: Uint8Array,
): Promise<FoundSeeds> {
  const playlist: PlaylistFile =
    typeof body === 'string'
      ? await readPlaylist(body, file)
      : { title: body.title ?? 'your playlist', entries: body.tracks }
  if (playlist.entries.length > MOST_TRACKS)
    throw new DeepcutsError('PLAYLIST_TOO_LONG', { tracks: playlist.entries.length, most: MOST_TRACKS })
  return findPlaylistSeeds(engine, playlist, file, (row) => open[row] === 1)
}
