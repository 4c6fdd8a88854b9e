import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BACKWARDS, KEYED, LINES, METHODS, STREAMS } from '../src/client/methods.ts'
import {
  isKeyed,
  isLines,
  isStream,
  nameOfRoute,
  routesOfClients,
  writtenRoutes,
} from './suites/client-routes.ts'
import { emptyEngine, type InventedEngine } from './suites/invented-listener.ts'
import { type Served, serve } from './suites/served.ts'

const FILE = join(import.meta.dirname, '../src/client/routes.ts')

let invented: InventedEngine
let served: Served
beforeAll(async () => {
  invented = await emptyEngine()
  served = await serve(invented.engine)
})
afterAll(async () => {
  await served.app.close()
  await invented.close()
})

/** Words and signs, however they are laid out. */
const parts = (text: string) =>
  text.split(/\n(?= *')|\s+|(?<=[<>,|])/).filter((part) => part.trim() && part !== '|')

describe('the client’s routes', () => {
  it('are those of the server, with the shapes of each', async () => {
    const written = await writtenRoutes(served.routes)
    if (process.env.UPDATE_CLIENT) writeFileSync(FILE, written)
    const kept = readFileSync(FILE, 'utf8')
    expect(parts(kept), 'UPDATE_CLIENT=1 npx vitest run test/client-routes.test.ts').toEqual(parts(written))
  })

  it('have one method each', () => {
    const routes = routesOfClients(served.routes).map(nameOfRoute)
    expect(Object.values(METHODS).toSorted()).toEqual(routes.toSorted())
  })

  it('name their requests where the server takes a name', () => {
    const keyed = routesOfClients(served.routes).filter(isKeyed).map(nameOfRoute)
    expect([...KEYED].toSorted()).toEqual(keyed.toSorted())
  })

  it('are streams where the server tells how something goes', async () => {
    const routes = routesOfClients(served.routes)
    const are = await Promise.all(routes.map(isStream))
    const streams = routes.filter((_, i) => are[i]).map(nameOfRoute)
    expect([...STREAMS].toSorted()).toEqual(streams.toSorted())
  })

  it('are lines where the server answers lines', () => {
    const lines = routesOfClients(served.routes).filter(isLines).map(nameOfRoute)
    expect([...LINES].toSorted()).toEqual(lines.toSorted())
  })

  it('are paged as the server pages them', () => {
    const paged = routesOfClients(served.routes).flatMap((route) => {
      const { properties = {} } =
        (route.schema as { querystring?: { properties?: object } }).querystring ?? {}
      return 'before' in properties ? [nameOfRoute(route)] : []
    })
    expect([...BACKWARDS].toSorted()).toEqual(paged.toSorted())
  })
})
