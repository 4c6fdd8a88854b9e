import { describe, expect, test } from 'vitest'
import type { Source, SourceRequest } from '../../src/candidates/source.ts'
import { random } from '../../src/core/random.ts'

/** What every source keeps, over requests of all kinds. Each request is a function, so that its randomness begins anew. */
export function sourceSuite(source: Source, requests: () => Readonly<Record<string, SourceRequest>>): void {
  describe(`the source ${source.name}`, () => {
    const asked = (request: SourceRequest) => source.propose({ ...request, random: random('suite') })
    const each = (check: (rows: readonly number[], request: SourceRequest, name: string) => void) => {
      for (const [name, request] of Object.entries(requests())) check(asked(request), request, name)
    }

    test('proposes rows of the catalog with an artist, none of them twice, and no more than it says', () => {
      each((rows, { catalog, listener }, name) => {
        expect(new Set(rows).size, name).toBe(rows.length)
        expect(rows.length, name).toBeLessThanOrEqual(source.most)
        expect(
          rows.filter((row) => !Number.isInteger(row) || row < 0 || row >= catalog.size),
          name,
        ).toEqual([])
        const known = new Set(listener.known)
        expect(
          rows.filter((row) => catalog.artist[row] === 0 && !known.has(row)),
          name,
        ).toEqual([])
      })
    })

    test(
      source.kind === 'familiar'
        ? 'proposes what the listener knows and the recipe wants'
        : 'proposes what the listener does not know',
      () => {
        each((rows, { listener, wanted }, name) => {
          const known = new Set(listener.known)
          const allowed = (row: number) =>
            source.kind === 'familiar' ? known.has(row) && wanted(row) : listener.isNew(row)
          expect(
            rows.filter((row) => !allowed(row)),
            name,
          ).toEqual([])
        })
      },
    )

    test('proposes the same for the same request, whatever was asked in between', () => {
      each((rows, request, name) => {
        for (const other of Object.values(requests())) asked(other)
        expect(asked(request), name).toEqual(rows)
      })
    })

    test('proposes nothing for a corner that the taste does not have', () => {
      each((_, request, name) => {
        if (request.from || source.name === 'fresh') return
        const corner = asked({ ...request, cluster: Math.max(1, request.listener.clusters) })
        expect(corner, name).toEqual([])
      })
    })

    test('does not change what it was given, and reads no more of a listener than is in the request', () => {
      each((_, request, name) => {
        const { listener, from } = request
        const before = [
          listener.known.slice(),
          listener.loved.slice(),
          listener.recent.slice(),
          from?.slice(),
        ]
        for (const given of [listener.known, listener.loved, listener.recent, from])
          if (given) Object.freeze(given)
        source.propose(request)
        expect([listener.known, listener.loved, listener.recent, from], name).toEqual(before)
      })
    })
  })
}
