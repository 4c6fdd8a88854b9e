import type { Readable } from 'node:stream'
import { DeepcutsError } from '../core/errors.ts'
import { type AddRoutes, type App, answers } from '../http/routes.ts'
import type { ImportEntry } from '../index.ts'
import {
  Import,
  Imports,
  ImportsQuery,
  ImportWithReport,
  OfImport,
  Upload,
  UploadQuery,
} from '../schemas/imports.ts'
import { Job } from '../schemas/jobs.ts'
import { OfListener } from '../schemas/parts.ts'
import { shown } from './jobs.ts'

/** Content types of files; what a file is, is told by what is in it. */
const KINDS = [
  'application/zip',
  'application/json',
  'application/x-ndjson',
  'text/csv',
  'application/octet-stream',
]

/** Histories and catalogs as files: sent, reported, taken back. */
export const addImportRoutes: AddRoutes = (app, services) => {
  const { engine } = services
  const { imports } = engine.library
  const config = { access: 'listener' } as const
  const tags = ['imports']
  // Uploads are read as they come, of whatever kind, which the other routes do not: so they are in a context of their own.
  void app.register(async (scope) => addUpload(scope as unknown as App, services))

  /** An import of this listener. @throws UNKNOWN_IMPORT for those of others too */
  const entryOf = async (name: string, id: number): Promise<ImportEntry> => {
    const row = await engine.listener(name)
    const entry = await imports.get(id, row.id)
    if (!entry) throw new DeepcutsError('UNKNOWN_IMPORT', { id })
    return entry
  }

  app.get(
    '/v1/listeners/:listener/imports',
    {
      config,
      schema: {
        tags,
        summary: 'What was imported for a listener, the newest first',
        params: OfListener,
        querystring: ImportsQuery,
        response: answers(200, Imports),
      },
    },
    async ({ params, query }) => {
      const { id } = await engine.listener(params.listener)
      const { entries, more } = await imports.page(id, query)
      return { imports: entries.map(inShort), ...(more && { next: entries.at(-1)!.id }) }
    },
  )

  app.get(
    '/v1/listeners/:listener/imports/:import',
    {
      config,
      schema: {
        tags,
        summary: 'An import, with its report',
        params: OfImport,
        response: answers(200, ImportWithReport),
      },
    },
    async ({ params }) => {
      const entry = await entryOf(params.listener, params.import)
      return { ...inShort(entry), report: reportOf(entry) }
    },
  )

  app.delete(
    '/v1/listeners/:listener/imports/:import',
    {
      config,
      schema: {
        tags,
        summary: 'Take an import back: its plays, likes and playlists go',
        params: OfImport,
        response: answers(200, Import),
      },
    },
    async ({ params }) => {
      const { id } = await entryOf(params.listener, params.import)
      return inShort(await imports.undo(id))
    },
  )
}

const addUpload: AddRoutes = (app, { engine, jobs }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(KINDS, (_, body, done) => done(null, body))

  app.post(
    '/v1/listeners/:listener/imports',
    {
      config: { access: 'listener' },
      schema: {
        tags: ['imports'],
        summary:
          'Send a file, as it is; it is imported as a job. Several files are several requests, or one zip',
        consumes: KINDS,
        params: OfListener,
        querystring: UploadQuery,
        body: Upload,
        response: answers(202, Job),
      },
    },
    async ({ params: { listener }, query: { name, as }, headers, body }, reply) => {
      const row = await engine.listener(listener)
      // Where it is refused, what is still to come of it is not waited for.
      void reply.header('connection', 'close')
      const length = headers['content-length']
      const job = await jobs.importUpload(row, {
        body: body as Readable,
        ...(length !== undefined && { announced: Number(length) }),
        name,
        ...(as !== undefined && { as }),
      })
      return reply
        .code(202)
        .removeHeader('connection')
        .header('location', `/v1/listeners/${encodeURIComponent(row.name)}/jobs/${job.id}`)
        .send(shown(job, await engine.library.listeners.names()))
    },
  )
}

function inShort({ id, name, format, at, undoneAt }: ImportEntry) {
  return { id, name, format, at, ...(Number.isNaN(undoneAt) ? {} : { undoneAt }) }
}

function reportOf({ report }: ImportEntry): unknown {
  try {
    return JSON.parse(report)
  } catch {
    return {}
  }
}
