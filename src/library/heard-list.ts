import { type OutcomeCode, outcome, statesReasons } from '../core/labels.ts'
import type { Store } from '../store/store.ts'
import { AUDIO_STRIDE, type Catalog, DURATION } from './catalog.ts'

/** Where a play stands in a listener's history. */
export interface HeardPlace {
  readonly id: number
  /** Ms since the epoch. */
  readonly endedAt: number
}

/** A play as a person looks back on it. */
export interface HeardPlay extends HeardPlace {
  readonly identifier: number
  readonly msPlayed: number
  readonly outcome: OutcomeCode
  readonly device: string
  readonly import: number
  /** The format of that import. */
  readonly source: string
}

/** Every play of a listener that counts once, excluded ones too. */
export interface Heard {
  /** Newest first. */
  readonly places: readonly HeardPlace[]
  /** Some of them, in their order. */
  plays(some: readonly HeardPlace[], catalog: Catalog): Promise<HeardPlay[]>
}

const COLUMNS = ['identifier', 'msPlayed', 'reasonEnd', 'skipped', 'exact', 'device', 'import'] as const

/** Reads where a listener's plays stand; what they are is read a page at a time. */
export async function readHeard(store: Store, listener: number): Promise<Heard> {
  const order = ['endedAt', 'id'] as const
  const rows = await store.read('plays', order, {
    where: { listener, hidden: 0 },
    orderBy: order,
    descending: true,
  })
  const places = Array.from(rows.id, (id, i) => ({ id, endedAt: rows.endedAt[i]! }))
  return {
    places,
    async plays(some, catalog) {
      const where = { listener, id: some.map(({ id }) => id) }
      const read = await store.read('plays', ['id', ...COLUMNS], { where })
      const imports = await store.read('imports', ['id', 'format'], {
        where: { id: [...new Set(read.import)] },
      })
      const formats = new Map(Array.from(imports.id, (id, i) => [id, imports.format[i]!]))
      const at = new Map(Array.from(read.id, (id, i) => [id, i]))
      return some.flatMap((place) => {
        const i = at.get(place.id)
        if (i === undefined) return []
        const identifier = read.identifier[i]!
        const row = catalog.rowOfIdentifier[identifier] ?? -1
        const reasonEnd = read.reasonEnd[i]!
        const msPlayed = read.msPlayed[i]!
        return [
          {
            ...place,
            ...{ identifier, msPlayed, device: read.device[i]!, import: read.import[i]! },
            source: formats.get(read.import[i]!) ?? '',
            outcome: outcome({
              ...{ reasonEnd, msPlayed },
              skipped: read.skipped[i] === -1 ? undefined : read.skipped[i] === 1,
              lengthMs: row < 0 ? Number.NaN : catalog.audio[row * AUDIO_STRIDE + DURATION]!,
              hasReasons: statesReasons(reasonEnd, read.exact[i]!),
            }),
          },
        ]
      })
    },
  }
}
