import type { Store, Write } from '../store/store.ts'

const OWED = 'forgottenSinceVersion'
const COMPACT = 'compact'
const LAST_LISTENER = 'lastListener'

/** Versions of everybody's model up to this one learned from somebody who was forgotten since; 0 where none did. */
export async function owedUpTo(store: Store): Promise<number> {
  return numberOf(store, OWED)
}

/** The largest number that a listener ever had: nobody gets that of one who was forgotten. */
export async function lastListener(store: Store): Promise<number> {
  return Math.max(await store.max('listeners', 'id'), await numberOf(store, LAST_LISTENER))
}

/** The writes that remember what forgetting leaves to be done. */
export function forgottenMarks(marks: { readonly lastListener: number; readonly version: number }): Write[] {
  const values = { [OWED]: marks.version, [LAST_LISTENER]: marks.lastListener, [COMPACT]: 1 }
  return [
    { delete: 'meta', where: { key: Object.keys(values) } },
    { insert: 'meta', columns: { key: Object.keys(values), value: Object.values(values).map(String) } },
  ]
}

async function numberOf(store: Store, key: string): Promise<number> {
  return Number((await store.read('meta', ['value'], { where: { key } })).value[0] ?? 0)
}
