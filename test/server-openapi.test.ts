import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERRORS } from '../src/core/errors.ts'
import { emptyEngine, type InventedEngine } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

interface Operation {
  readonly summary: string
  readonly tags: readonly string[]
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: object }>>
}

let invented: InventedEngine
let served: Served
let document: { readonly openapi: string; readonly paths: Record<string, Record<string, Operation>> }

beforeAll(async () => {
  invented = await emptyEngine()
  served = await serve(invented.engine)
  document = (await served.ask('GET', '/v1/openapi.json', { token: undefined })).body
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

describe('the OpenAPI document', () => {
  it('is of version 3.1 and has every route, with who may ask it', () => {
    expect(document.openapi).toBe('3.1.0')
    const told = operations().map(({ path, method, operation }) => {
      const access = Object.values(operation.security[0] ?? {})[0]?.[0] ?? 'open'
      return `${method.toUpperCase()} ${path} ${access}`
    })
    // Verbs of the command line and protocols of others are described where they are defined.
    const described = served.routes.filter(({ access }) => access !== 'local' && access !== 'protocol')
    const there = described.map(
      ({ method, path, access }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')} ${access}`,
    )
    expect(told.toSorted()).toEqual(there.toSorted())
  })

  it('has a sentence, an answer and problems of every route, and every parameter of its path', () => {
    for (const { path, method, operation } of operations()) {
      const name = `${method} ${path}`
      expect(operation.summary, name).toMatch(/^[A-Z].*[^.]$/)
      expect(operation.tags, name).toHaveLength(1)
      const statuses = Object.keys(operation.responses)
      expect(statuses, name).toEqual(expect.arrayContaining(['4XX', '5XX']))
      expect(
        statuses.filter((status) => /^2\d\d$/.test(status)),
        name,
      ).toHaveLength(1)
      expect(Object.keys(operation.responses['4XX']!.content), name).toEqual(['application/problem+json'])
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const parameters = operation.parameters ?? []
      expect(
        parameters.filter((one) => one.in === 'path').map((one) => one.name),
        name,
      ).toEqual(inPath)
    }
  })

  it('has a strict shape of every body', () => {
    // An upload is a file as it is, of whatever kind: OpenAPI 3.1 gives such a body no type.
    const bodies = operations()
      .filter(({ path, method }) => method !== 'post' || !path.endsWith('/imports'))
      .flatMap(({ operation }) => Object.entries(operation.requestBody?.content ?? {}))
    expect(bodies.length).toBeGreaterThan(5)
    for (const [type, { schema }] of bodies) {
      const shapes = (schema as { anyOf?: object[] }).anyOf ?? [schema]
      for (const shape of shapes)
        expect(shape).toMatchObject(
          type === 'application/json' ? { type: 'object', additionalProperties: false } : { type: 'string' },
        )
    }
  })

  it('refers to nothing that is not in it', () => {
    const text = JSON.stringify(document)
    for (const [, reference] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
      const found = reference!
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
      expect(found, reference).toBeDefined()
    }
    expect(text).not.toMatch(/https?:\/\/(?!json-schema)/)
  })
})

describe('the page about it', () => {
  it('names every route and every problem, loads nothing and runs nothing', async () => {
    const { headers, body } = await served.ask('GET', '/v1/docs', { token: undefined })
    const page = String(body)
    expect(headers['content-type']).toContain('text/html')
    for (const { path, method } of operations()) expect(page).toContain(`${method.toUpperCase()} ${path}`)
    for (const [code, error] of Object.entries(ERRORS))
      expect(page.includes(`id="${code}"`), code).toBe('status' in error)
    expect(page).not.toMatch(/<script|src=|https?:|@import|url\(/)
  })
})

describe('a route', () => {
  it('that says not who may ask it cannot be added', async () => {
    const { createApp } = await import('../src/server/app.ts')
    const { app } = await createApp({ engine: invented.engine })
    expect(() => app.get('/v1/hidden', async () => ({}))).toThrow('says not who may ask it')
    await app.close()
  })
})
