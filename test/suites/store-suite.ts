import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TABLES, type TableName } from '../../src/store/schema.ts'
import type { Store, Write } from '../../src/store/store.ts'
import { feedback } from './store-rows.ts'

/** What every driver must do. `open` gives a new, empty store; `reopen` the same data again after a close. */
export interface StoreWorld {
  open(): Promise<Store>
  reopen(): Promise<Store>
  /** A folder that is not there yet, and goes with `remove`. */
  copyFolder(): string
  /** Opens what a copy put into a folder. */
  openCopy(folder: string): Promise<Store>
  remove(): void
}

/** A group of which the second write cannot be kept: the first is fine on its own. */
const badGroup = (id: number): Write[] => [feedback([id]), feedback([1.5])]

const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b)

export function storeSuite(name: string, makeWorld: () => StoreWorld): void {
  describe(name, () => {
    let world: StoreWorld
    let store: Store
    const ids = async (query = {}) => sorted((await store.read('feedback', ['id'], query)).id)

    beforeEach(async () => {
      world = makeWorld()
      store = await world.open()
    })
    afterEach(async () => {
      await store.close()
      world.remove()
    })

    describe('columns', () => {
      it('gives back numbers, NaN, infinities, texts and flags as they were written', async () => {
        const at = [Number.NaN, Number.POSITIVE_INFINITY, -0.1, 1_700_000_000_123]
        const artist = ['', 'Sigur Rós · 椎名林檎 · 🎧', 'a \'quoted\' "name"\n', 'nul\u0000inside']
        const id = [0, 2 ** 31 - 1, -(2 ** 31), 7]
        const undone = [-1, 0, 1, 127]
        await store.write([feedback(id, { at, artist, undone })])
        const read = await store.read('feedback', ['artist', 'at', 'id', 'undone', 'until'])
        expect(read.id).toEqual(Int32Array.from(id))
        expect(read.at).toEqual(Float64Array.from(at))
        expect(read.undone).toEqual(Int8Array.from(undone))
        expect(read.until).toEqual(new Float64Array(4).fill(Number.NaN))
        expect(read.artist).toEqual(artist)
        expect(Object.keys(read)).toEqual(['artist', 'at', 'id', 'undone', 'until'])
      })

      it('takes typed arrays, also parts of larger ones, and rounds single precision once', async () => {
        const tempo = Float32Array.of(0, 120.1, Number.NaN, 0).subarray(1, 3)
        const claims = Object.fromEntries(
          Object.entries(TABLES.claims).map(([column, type]) => [
            column,
            type === 'text' ? ['x', 'y'] : type === 'float32' ? tempo : Int32Array.of(1, 2),
          ]),
        )
        await store.write([{ insert: 'claims', columns: claims } as unknown as Write])
        const read = await store.read('claims', ['tempo', 'identifier', 'isrc'])
        expect(read.tempo).toEqual(tempo.slice())
        expect(read.identifier).toEqual(Int32Array.of(1, 2))
        expect(read.isrc).toEqual(['x', 'y'])
        expect((await store.read('claims', ['identifier'], { where: { tempo: 120.1 } })).identifier).toEqual(
          Int32Array.of(1),
        )
      })

      it('keeps the order of the rows over many pages', async () => {
        const id = Int32Array.from({ length: 10_001 }, (_, i) => (i * 7919) % 10_007)
        const key = Array.from(id, (i) => `key ${i}`)
        await store.write([feedback(Array.from(id), { artist: key })])
        const read = await store.read('feedback', ['id', 'artist'])
        expect(read.id).toEqual(id)
        expect(read.artist).toEqual(key)
      })

      it('has every table of the schema, empty, with columns of the right kind', async () => {
        const kinds = { int8: Int8Array, int32: Int32Array, float32: Float32Array, float64: Float64Array }
        for (const [table, columns] of Object.entries(TABLES)) {
          if (table === 'meta') continue
          const read = await store.read(table as TableName, Object.keys(columns) as never[])
          for (const [column, type] of Object.entries(columns)) {
            const values = (read as Record<string, unknown>)[column]
            expect(values, `${table}.${column}`).toEqual(type === 'text' ? [] : new kinds[type](0))
          }
          expect(await store.count(table as TableName)).toBe(0)
        }
      })
    })

    describe('queries', () => {
      beforeEach(() =>
        store.write([
          feedback([1, 2, 3, 4, 5], {
            listener: [1, 1, 2, 2, 2],
            kind: ['like', 'never', 'like', 'snooze', 'never'],
            artist: ['', 'Boa', '', '', 'ÅBA'],
            at: [30, Number.NaN, 10, 20, Number.NaN],
          }),
        ]),
      )

      it('finds rows that equal a value, NaN and the empty text too', async () => {
        expect(await ids({ where: { listener: 2 } })).toEqual([3, 4, 5])
        expect(await ids({ where: { listener: 2, kind: 'never' } })).toEqual([5])
        expect(await ids({ where: { artist: '' } })).toEqual([1, 3, 4])
        expect(await ids({ where: { at: Number.NaN } })).toEqual([2, 5])
        expect(await ids({ where: { kind: "' OR 1=1 --" } })).toEqual([])
        expect(await ids({ where: {} })).toEqual([1, 2, 3, 4, 5])
      })

      it('finds rows that are among the values', async () => {
        expect(await ids({ where: { id: [5, 2, 9, 2] } })).toEqual([2, 5])
        expect(await ids({ where: { kind: ['like', 'snooze'], listener: [2] } })).toEqual([3, 4])
        expect(await ids({ where: { at: [20, Number.NaN] } })).toEqual([2, 4, 5])
        expect(await ids({ where: { id: [] } })).toEqual([])
      })

      it('finds rows among a hundred thousand values', async () => {
        const many = Array.from({ length: 100_000 }, (_, i) => i * 3)
        expect(await ids({ where: { id: many } })).toEqual([3])
        expect(await ids({ where: { artist: [...many.map((i) => `artist ${i}`), 'Boa'] } })).toEqual([2])
      })

      it('orders by several columns, both ways, NaN last going up, and cuts', async () => {
        const order = async (query: object) => [...(await store.read('feedback', ['id'], query)).id]
        expect(await order({ orderBy: ['listener', 'id'], descending: true })).toEqual([5, 4, 3, 2, 1])
        expect(await order({ orderBy: ['at', 'id'] })).toEqual([3, 4, 1, 2, 5])
        expect(await order({ orderBy: ['id'], descending: true, limit: 2 })).toEqual([5, 4])
        expect(await order({ orderBy: ['id'], limit: 0 })).toEqual([])
        expect(await order({ orderBy: ['id'], limit: 99 })).toHaveLength(5)
      })

      it('counts, and knows the largest id', async () => {
        expect(await store.count('feedback')).toBe(5)
        expect(await store.count('feedback', { kind: 'never' })).toBe(2)
        expect(await store.max('feedback', 'id')).toBe(5)
        expect(await store.max('plays', 'id')).toBe(0)
      })

      it('refuses what no table has, instead of matching everything', async () => {
        await expect(store.read('feedback', ['nothing' as 'id'])).rejects.toThrow(/no column nothing/)
        await expect(store.count('nowhere' as 'plays')).rejects.toThrow(/no table nowhere/)
        const where = { listener: undefined as unknown as number }
        await expect(store.write([{ delete: 'feedback', where }])).rejects.toThrow(/feedback\.listener/)
        await expect(store.read('feedback', ['id'], { limit: -1 })).rejects.toThrow(/limit is -1/)
        expect(await store.count('feedback')).toBe(5)
      })
    })

    describe('writes', () => {
      it('updates and deletes the rows that match and no others', async () => {
        await store.write([feedback([1, 2, 3, 4])])
        await store.write([
          { update: 'feedback', set: { undone: 1, artist: "O'Neil", at: Number.NaN }, where: { id: [1, 2] } },
        ])
        await store.write([{ delete: 'feedback', where: { id: [2, 3] } }])
        const read = await store.read('feedback', ['id', 'undone', 'artist'], { orderBy: ['id'] })
        expect([...read.id]).toEqual([1, 4])
        expect([...read.undone]).toEqual([1, 0])
        expect(read.artist).toEqual(["O'Neil", ''])
        await store.write([{ delete: 'feedback', where: {} }])
        expect(await store.count('feedback')).toBe(0)
      })

      it('applies the writes of a group in order', async () => {
        await store.write([
          feedback([1]),
          { update: 'feedback', set: { kind: 'dislike' }, where: { id: 1 } },
          feedback([2]),
          { delete: 'feedback', where: { id: 2 } },
          feedback([2], { kind: ['never'] }),
        ])
        const read = await store.read('feedback', ['id', 'kind'], { orderBy: ['id'] })
        expect([...read.id]).toEqual([1, 2])
        expect(read.kind).toEqual(['dislike', 'never'])
      })

      it('accepts empty groups and empty inserts', async () => {
        await store.write([])
        await store.write([feedback([])])
        expect(await store.count('feedback')).toBe(0)
      })

      it('keeps nothing of a group of which one write is wrong', async () => {
        await expect(store.write(badGroup(1))).rejects.toThrow(/feedback\.id is 1\.5/)
        const short = feedback([1, 2], { kind: ['like'] })
        await expect(store.write([feedback([3]), short])).rejects.toThrow(/1 of kind/)
        await expect(
          store.write([feedback([4]), { update: 'feedback', set: { undone: 200 }, where: {} }]),
        ).rejects.toThrow(/200/)
        const late = Array.from({ length: 5000 }, (_, i) => (i === 4999 ? 0.5 : i))
        await expect(store.write([feedback(late)])).rejects.toThrow(/Row 4999/)
        const missing = { insert: 'splits', columns: {} } as unknown as Write
        await expect(store.write([feedback([5]), missing])).rejects.toThrow(/lacks the column identifier/)
        expect(await store.count('feedback')).toBe(0)
        await store.write([feedback([6])])
        expect(await ids()).toEqual([6])
      })

      it('keeps the neighbours of a wrong group, each once', async () => {
        const calls = Array.from({ length: 40 }, (_, i) =>
          store.write(i % 10 === 3 ? badGroup(i) : [feedback([i]), feedback([1000 + i])]),
        )
        const outcomes = await Promise.allSettled(calls)
        const good = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []))
        expect(good).toEqual(Array.from({ length: 40 }, (_, i) => i).filter((i) => i % 10 !== 3))
        expect(await ids()).toEqual(sorted(good.flatMap((i) => [i, 1000 + i])))
      })

      it('keeps the order of calls that wait together', async () => {
        await Promise.all([
          store.write([feedback([1])]),
          store.write([{ update: 'feedback', set: { kind: 'a' }, where: { id: 1 } }]),
          store.write([{ update: 'feedback', set: { kind: 'b' }, where: { kind: 'a' } }]),
        ])
        expect((await store.read('feedback', ['kind'])).kind).toEqual(['b'])
      })

      it('shows every acknowledged write to the reads that follow, and whole groups only', async () => {
        let next = 0
        const writer = async () => {
          for (let i = 0; i < 15; i++) {
            const id = next++
            await store.write([feedback([id]), feedback([1000 + id])])
            expect(await store.count('feedback', { id: [id, 1000 + id] })).toBe(2)
          }
        }
        const reader = async () => {
          for (let i = 0; i < 30; i++) expect((await store.read('feedback', ['id'])).id.length % 2).toBe(0)
        }
        await Promise.all([writer(), writer(), writer(), reader(), reader()])
        expect(await store.count('feedback')).toBe(90)
      })
    })

    it('says how much it takes on the disk, which grows with what is written', async () => {
      const before = await store.bytes()
      await store.write([feedback(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 100_003))])
      expect(before).toBeGreaterThan(0)
      expect(await store.bytes()).toBeGreaterThan(before + 10_000)
    })

    describe('copies', () => {
      it('are stores of their own with everything that was acknowledged', async () => {
        await store.write([feedback([1, 2], { artist: ['', 'Björk'] })])
        const folder = world.copyFolder()
        await store.copyTo(folder)
        await store.write([feedback([3])])
        const copy = await world.openCopy(folder)
        try {
          const read = await copy.read('feedback', ['id', 'artist', 'at'], { orderBy: ['id'] })
          expect([...read.id]).toEqual([1, 2])
          expect(read.artist).toEqual(['', 'Björk'])
          expect(read.at).toEqual(Float64Array.of(Number.NaN, Number.NaN))
          const meta = { orderBy: ['key'] } as const
          const columns = ['key', 'value'] as const
          expect(await copy.read('meta', columns, meta)).toEqual(await store.read('meta', columns, meta))
          await copy.write([{ delete: 'feedback', where: {} }])
        } finally {
          await copy.close()
        }
        expect(await ids()).toEqual([1, 2, 3])
      })

      it('show one moment while the store is written to: groups are whole, and none is missing before another', async () => {
        await store.write([feedback(Array.from({ length: 20_000 }, (_, i) => -1 - i))])
        let [next, acknowledged, copied] = [0, 0, false]
        const writer = async () => {
          while (!copied) {
            const id = next++
            const split: Write = { insert: 'splits', columns: { identifier: [id] } }
            await store.write([feedback([id]), split])
            acknowledged++
          }
        }
        const writing = writer()
        while (acknowledged < 3) await new Promise(setImmediate)
        const before = acknowledged
        const folders = [world.copyFolder(), world.copyFolder()]
        await Promise.all(folders.map((folder) => store.copyTo(folder)))
        copied = true
        await writing
        for (const folder of folders) {
          const copy = await world.openCopy(folder)
          const { id } = await copy.read('feedback', ['id'], { orderBy: ['id'] })
          const { identifier } = await copy.read('splits', ['identifier'], { orderBy: ['identifier'] })
          await copy.close()
          const written = [...id].filter((one) => one >= 0)
          expect(id.length - written.length).toBe(20_000)
          expect(written.length).toBeGreaterThanOrEqual(before)
          expect(written).toEqual([...identifier])
          expect(written).toEqual(written.map((_, i) => i))
        }
      })

      it('are refused where a store is, which stays as it is', async () => {
        const folder = world.copyFolder()
        await store.write([feedback([1])])
        await store.copyTo(folder)
        await store.write([feedback([2])])
        await expect(store.copyTo(folder)).rejects.toMatchObject({ code: 'STORE_NOT_EMPTY' })
        const copy = await world.openCopy(folder)
        expect(await copy.count('feedback')).toBe(1)
        await copy.close()
      })
    })

    describe('opening and closing', () => {
      it('has everything again after a close', async () => {
        await store.write([feedback([1, 2], { artist: ['', 'Björk'] })])
        await store.close()
        store = await world.reopen()
        const read = await store.read('feedback', ['id', 'artist', 'at'], { orderBy: ['id'] })
        expect(read.artist).toEqual(['', 'Björk'])
        expect(read.at).toEqual(Float64Array.of(Number.NaN, Number.NaN))
      })

      it('waits on close for writes and reads that are under way', async () => {
        await store.write([feedback([1])])
        const writing = store.write([feedback([2])])
        const reading = store.read('feedback', ['id'], { where: { id: 1 } })
        await store.close()
        await writing
        expect([...(await reading).id]).toEqual([1])
        store = await world.reopen()
        expect(await ids()).toEqual([1, 2])
      })

      it('closes twice without complaint', async () => {
        await Promise.all([store.close(), store.close()])
        await store.close()
      })

      it('refuses work after a close with a sentence', async () => {
        await store.close()
        const closed = { code: 'STORE_CLOSED', message: expect.stringMatching(/is closed\. Open it again/) }
        await expect(store.write([feedback([1])])).rejects.toMatchObject(closed)
        await expect(store.read('plays', ['id'])).rejects.toMatchObject(closed)
        await expect(store.count('plays')).rejects.toMatchObject(closed)
        await expect(store.max('plays', 'id')).rejects.toMatchObject(closed)
        await expect(store.copyTo(world.copyFolder())).rejects.toMatchObject(closed)
      })
    })
  })
}
