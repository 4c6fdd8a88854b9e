import { describe, expect, test } from 'vitest'
import type { Source, SourceRequest } from '../../src/candidates/source.ts'

/** What every source keeps, over requests of all kinds; `familiar` alone proposes what the listener knows. */
export function sourceSuite(source: Source, requests: () => Readonly<Record<string, SourceRequest>>): void {
  describe(`the source ${source.name}`, () => {
    const each = (check: (rows: readonly number[], request: SourceRequest, name: string) => void) => {
      for (const [name, request] of Object.entries(requests())) check(source.propose(request), request, name)
    }

    test('proposes rows of the catalog, none of them twice', () => {
      each((rows, { catalog }, name) => {
        expect(new Set(rows).size, name).toBe(rows.length)
        expect(
          rows.filter((row) => !Number.isInteger(row) || row < 0 || row >= catalog.size),
          name,
        ).toEqual([])
      })
    })

    test(
      source.name === 'familiar'
        ? 'proposes what the listener knows'
        : 'proposes what the listener does not know',
      () => {
        each((rows, { listener, unheard }, name) => {
          const allowed = new Set(source.name === 'familiar' ? listener.known : unheard)
          expect(
            rows.filter((row) => !allowed.has(row)),
            name,
          ).toEqual([])
        })
      },
    )

    test('proposes nothing for a corner that the taste does not have', () => {
      each((_, request, name) => {
        const corner = source.propose({ ...request, cluster: Math.max(1, request.listener.clusters) })
        if (source.name !== 'fresh') expect(corner, name).toEqual([])
      })
    })

    test('does not change what it was given', () => {
      each((_, request, name) => {
        const { unheard, listener } = request
        const before = [unheard.slice(), listener.known.slice(), listener.loved.slice()]
        source.propose(request)
        expect([unheard, listener.known, listener.loved], name).toEqual(before)
      })
    })
  })
}
