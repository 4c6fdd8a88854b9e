import type { Clock } from '../core/clock.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store } from '../store/store.ts'

/** Something that changed who may do what, or what everybody gets. Numbers, never names: who is forgotten is forgotten here too. */
export interface AuditEntry {
  readonly id: number
  readonly at: number
  /** Who did it: "key 3", "account 1", or "command line". */
  readonly who: string
  readonly action: string
  /** What it was done to: kind → number, or a word. */
  readonly about: Readonly<Record<string, number | string>>
}

/** What administrators did. Entries are only ever added. */
export interface AuditLog {
  /** Durable when it resolves. */
  append(who: string, action: string, about: AuditEntry['about']): Promise<void>
  /** At most `limit` entries before the one of that number, the newest first. */
  page(limit: number, before?: number): Promise<readonly AuditEntry[]>
}

/** The log of a store. */
export function auditOf(store: Store, now: Clock, inTurn: InTurn): AuditLog {
  let last: number | undefined
  return {
    append: (who, action, about) =>
      inTurn(async () => {
        last ??= await store.max('audit', 'id')
        const id = last + 1
        const columns = {
          id: [id],
          at: [now()],
          who: [who],
          action: [action],
          about: [JSON.stringify(about)],
        }
        await store.write([{ insert: 'audit', columns }])
        last = id
      }),
    async page(limit, before) {
      const top = Math.min(
        before === undefined ? Number.POSITIVE_INFINITY : before - 1,
        await store.max('audit', 'id'),
      )
      const ids = Array.from({ length: Math.max(0, Math.min(limit, top)) }, (_, i) => top - i)
      if (ids.length === 0) return []
      const rows = await store.read('audit', ['id', 'at', 'who', 'action', 'about'], {
        where: { id: ids },
        orderBy: ['id'],
        descending: true,
      })
      return Array.from(rows.id, (id, i) => ({
        id,
        at: rows.at[i]!,
        who: rows.who[i]!,
        action: rows.action[i]!,
        about: JSON.parse(rows.about[i]!) as AuditEntry['about'],
      }))
    },
  }
}
