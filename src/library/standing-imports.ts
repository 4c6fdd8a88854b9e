import type { Store } from '../store/store.ts'

/** An import by whose it is and what is in it. */
export interface ImportKey {
  readonly owner: number
  readonly sha256: string
}

/** Numbers of the imports that stand, kept in memory for those asked about. */
export interface StandingImports {
  /** Looks these up; the numbers of those that stand. */
  find(imports: readonly ImportKey[]): Promise<readonly number[]>
  /** The number of one that was looked up: a new one where it does not stand, which it then does: `clear` where it is not written. */
  idOf(key: ImportKey): Promise<number>
  /** Forgets what is kept. */
  clear(): void
}

/** As many are kept; beyond them all are forgotten. */
const MOST = 20_000

/** The imports of a store. */
export function standingImports(store: Store): StandingImports {
  let kept = new Map<string, number>()
  let next: number | undefined
  const textOf = ({ owner, sha256 }: ImportKey) => `${owner} ${sha256}`
  return {
    async find(imports) {
      if (kept.size + imports.length > MOST) kept = new Map()
      const missing = imports.filter((key) => !kept.has(textOf(key)))
      if (missing.length > 0) {
        const where = { sha256: missing.map(({ sha256 }) => sha256) }
        const rows = await store.read('imports', ['id', 'listener', 'sha256', 'undoneAt'], { where })
        rows.id.forEach((id, i) => {
          if (!Number.isNaN(rows.undoneAt[i]!)) return
          const key = textOf({ owner: rows.listener[i]!, sha256: rows.sha256[i]! })
          if (!kept.has(key)) kept.set(key, id)
        })
      }
      return imports.flatMap((key) => kept.get(textOf(key)) ?? [])
    },
    async idOf(key) {
      const known = kept.get(textOf(key))
      if (known !== undefined) return known
      next ??= (await store.max('imports', 'id')) + 1
      kept.set(textOf(key), next)
      return next++
    },
    clear() {
      kept = new Map()
      next = undefined
    },
  }
}
