import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RouteAccess } from '../../src/server/app.ts'

const SCHEMAS = join(import.meta.dirname, '../../src/schemas')

interface Schema {
  readonly consumes?: readonly string[]
  readonly produces?: readonly string[]
  readonly params?: object
  readonly querystring?: object
  readonly headers?: { readonly properties?: object }
  readonly body?: object & { readonly content?: Readonly<Record<string, { readonly schema: object }>> }
  readonly response?: Readonly<Record<string, object>>
}

/** Where a shape stands: `mixes.MixQuery`. */
type NameOf = (shape: object, of: string) => string

/** About the API itself: a page for people, and the same for tools. */
const ABOUT = ['/v1/docs', '/v1/openapi.json']

/** The routes that programs ask: none of the command line's own. */
export function routesOfClients(routes: readonly RouteAccess[]): RouteAccess[] {
  return routes.filter(
    ({ path, access }) => path.startsWith('/v1/') && access !== 'local' && !ABOUT.includes(path),
  )
}

/** `src/client/routes.ts` as the server's routes make it: the types of every route, by the names of their shapes. */
export async function writtenRoutes(routes: readonly RouteAccess[]): Promise<string> {
  const nameOf = await namesOfShapes()
  const lines = routesOfClients(routes)
    .map((route) => ({ ...route, name: nameOfRoute(route) }))
    .sort((a, b) => (a.path + a.method < b.path + b.method ? -1 : 1))
    .flatMap(({ name, schema }) => [`  '${name}': {`, ...partsOf(schema as Schema, nameOf, name), '  }'])
  const used = new Set([...lines.join('\n').matchAll(/typeof (\w+)\./g)].map((match) => match[1]!))
  return [
    '// Written from the server’s routes: UPDATE_CLIENT=1 npx vitest run test/client-routes.test.ts',
    "import type { Static } from 'typebox'",
    ...[...used].sort().map((name) => `import type * as ${name} from '../schemas/${FILES.get(name)}.ts'`),
    '',
    '/** A shape as it is sent: what has a usual value may be left out. */',
    'type Sent<Shape, Usual extends keyof Shape> = Omit<Shape, Usual> & Partial<Pick<Shape, Usual>>',
    '',
    '/** What each route takes and answers; `stream` where it tells how something goes, until it is over, `lines` where it answers lines of JSON. */',
    'export interface Routes {',
    ...lines,
    '}',
    '',
  ].join('\n')
}

/** "GET /v1/health". */
export function nameOfRoute({ method, path }: Pick<RouteAccess, 'method' | 'path'>): string {
  return `${method} ${path}`
}

/** Whether a route takes the name of a request. */
export function isKeyed({ schema }: RouteAccess): boolean {
  return 'idempotency-key' in ((schema as Schema).headers?.properties ?? {})
}

/** Whether a route answers lines of JSON. */
export function isLines({ schema }: RouteAccess): boolean {
  return (schema as Schema).produces?.includes('application/x-ndjson') ?? false
}

/** Whether a route tells how something goes. */
export async function isStream({ schema }: RouteAccess): Promise<boolean> {
  const { ProgressStream } = await import('../../src/schemas/jobs.ts')
  return Object.values((schema as Schema).response ?? {}).includes(ProgressStream)
}

function partsOf(schema: Schema, nameOf: NameOf, route: string): string[] {
  const shape = (value: object, of: string) => `Static<typeof ${nameOf(value, `${of} of ${route}`)}>`
  const [answer] = Object.entries(schema.response ?? {}).filter(([status]) => /^2\d\d$/.test(status))
  const name = answer && nameOf(answer[1], `the answer of ${route}`)
  const body = bodyOf(schema, (value) => sent(value, shape(value, 'the body')))
  return [
    ...(schema.params ? [`    params: ${shape(schema.params, 'the path')}`] : []),
    ...(schema.querystring
      ? [`    query: ${sent(schema.querystring, shape(schema.querystring, 'the query'))}`]
      : []),
    ...(body === undefined ? [] : [`    body: ${body}`]),
    name === 'jobs.ProgressStream'
      ? '    stream: Static<typeof jobs.Job>'
      : schema.produces?.includes('application/x-ndjson')
        ? '    lines: unknown'
        : `    answer: Static<typeof ${name}>`,
  ]
}

/** What a route takes as a body: files as they are, texts by their type as blobs. */
function bodyOf({ body, consumes = [] }: Schema, typeOf: (shape: object) => string): string | undefined {
  if (consumes.includes('application/octet-stream')) return 'Blob | Uint8Array'
  if (!body) return undefined
  const { content } = body
  const json = content ? content['application/json']!.schema : body
  const kinds = content ? Object.keys(content) : consumes
  return kinds.length > 1 ? `${typeOf(json)} | Blob` : typeOf(json)
}

/** Properties with a default are there once they arrive, and may be absent when they are sent. */
function sent(shape: object, type: string): string {
  const properties = Object.entries((shape as { properties?: Record<string, object> }).properties ?? {})
  const usual = properties.flatMap(([name, property]) => ('default' in property ? [`'${name}'`] : []))
  return usual.length > 0 ? `Sent<${type}, ${usual.join(' | ')}>` : type
}

/** What the shapes of a file are called together → its name. */
const FILES = new Map<string, string>()

/** `dataOfListeners` of `data-of-listeners`; `continueShapes`, as nothing can be called `continue`. */
function namespaceOf(file: string): string {
  const camel = file.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const name = camel === 'continue' ? 'continueShapes' : camel
  FILES.set(name, file)
  return name
}

async function namesOfShapes(): Promise<NameOf> {
  const names = new Map<object, string>()
  const said = new Map<string, string>()
  for (const file of readdirSync(SCHEMAS)) {
    const shapes = (await import(join(SCHEMAS, file))) as Record<string, unknown>
    for (const [name, shape] of Object.entries(shapes)) {
      if (typeof shape !== 'object' || shape === null || names.has(shape)) continue
      const path = `${namespaceOf(file.replace(/\.ts$/, ''))}.${name}`
      names.set(shape, path)
      said.set(JSON.stringify(shape), path)
    }
  }
  return (shape, of) => {
    const name = names.get(shape) ?? said.get(JSON.stringify(shape))
    if (name) return name
    throw new TypeError(`The shape of ${of} is none that src/schemas exports: give it a name there.`)
  }
}
