import type { Write } from '../store/store.ts'
import type { WatchedStore } from '../store/watched.ts'
import { type HeardIndex, heardIndex } from './heard-index.ts'
import { type KnownIdentifiers, knownIdentifiers } from './known-identifiers.ts'
import { ownWrites } from './own-writes.ts'
import { SAID } from './said-names.ts'
import { type StandingImports, standingImports } from './standing-imports.ts'
import { type ToldClaims, toldClaims } from './told-claims.ts'

/** What it takes to tell new names, claims and duplicates of an import, kept in memory between imports. To be used in turn. */
export interface ImportMemory {
  readonly identifiers: KnownIdentifiers
  readonly claims: ToldClaims
  readonly heard: HeardIndex
  readonly standing: StandingImports
  /** Gives numbers to so many new rows: the first of them. */
  firstId(table: 'plays' | 'feedback', rows: number): Promise<number>
  /** Before anything of it is asked: brings it up to what others wrote meanwhile. */
  refresh(): void
  /** Writes what was made of all of it, so that nothing of that is news to it. */
  write(group: readonly Write[]): Promise<void>
  /** Forgets everything: something that it counts on was not written. */
  clear(): void
}

/** The memory of a store, which is empty at first. */
export function importMemory(store: WatchedStore): ImportMemory {
  const own = ownWrites(store)
  const identifiers = knownIdentifiers(store, true)
  const claims = toldClaims(store)
  const heard = heardIndex(store)
  const standing = standingImports(store)
  const next: { plays?: number; feedback?: number } = {}
  const clear = () => {
    for (const kept of [identifiers, claims, heard, standing]) kept.clear()
    delete next.plays
    delete next.feedback
  }
  return {
    identifiers,
    claims,
    heard,
    standing,
    async firstId(table, rows) {
      const first = next[table] ?? (await store.max(table, 'id')) + 1
      next[table] = first + rows
      return first
    },
    refresh() {
      const [named, told] = [own.byOthers('identifiers'), own.byOthers('claims')]
      const others = (['plays', 'feedback', 'imports'] as const).map(
        (table) => own.byOthers(table)?.length !== 0,
      )
      const [played, said, imported] = others
      if (!named) identifiers.clear()
      else for (const rows of named) identifiers.add(rows)
      if (!told) claims.clear()
      else for (const rows of told) claims.add(rows)
      // Names that are kept for a saying are of no import, and name no plays.
      const onlySaid = told?.every((rows) =>
        Array.from(rows.import as ArrayLike<number>).every((id) => id === SAID),
      )
      if (played || !onlySaid) heard.clear()
      if (played) delete next.plays
      if (said) delete next.feedback
      if (imported) standing.clear()
    },
    write: own.write,
    clear,
  }
}
