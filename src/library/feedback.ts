import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Feedback, FeedbackKind } from '../core/event.ts'
import type { Store } from '../store/store.ts'
import type { InTurn } from './turns.ts'

/** What a listener says by hand. */
export interface Saying {
  readonly kind: FeedbackKind
  /** Identifier of the track; 0 for `never`. */
  readonly identifier: number
  readonly artist: string
  /** End of a snooze, ms since the epoch. */
  readonly until?: number
}

/** Likes, dislikes, snoozes and nevers, imported and by hand. */
export interface FeedbackLog {
  /**
   * Standing feedback in the order in which it was said; what an import tells is said when it is imported, whatever its
   * date. Expired snoozes are left out.
   */
  list(listener: number): Promise<Feedback[]>
  /** Durable when it resolves. */
  say(listener: number, saying: Saying): Promise<Feedback>
  /** Takes back the last thing said by hand. @throws NOTHING_TO_UNDO */
  undo(listener: number, name: string): Promise<Feedback>
}

const COLUMNS = ['id', 'import', 'kind', 'identifier', 'artist', 'at', 'until'] as const

/** The feedback of a store; what is said by hand is dated by `now`, and snoozes end by it. */
export function feedbackOf(store: Store, now: Clock, inTurn: InTurn): FeedbackLog {
  // Ids are given in turn, so they are in the order of saying and importing.
  const standing = async (listener: number): Promise<Feedback[]> => {
    const rows = await store.read('feedback', COLUMNS, { where: { listener, undone: 0 }, orderBy: ['id'] })
    return Array.from(rows.id, (id, i) => ({
      id,
      kind: rows.kind[i] as FeedbackKind,
      byHand: rows.import[i] === 0,
      ...(rows.identifier[i] ? { trackId: rows.identifier[i]! } : {}),
      ...(rows.artist[i] ? { artist: rows.artist[i]! } : {}),
      ...(Number.isNaN(rows.at[i]!) ? {} : { at: rows.at[i]! }),
      ...(Number.isNaN(rows.until[i]!) ? {} : { until: rows.until[i]! }),
    }))
  }
  return {
    async list(listener) {
      return (await standing(listener)).filter(({ until }) => until === undefined || until > now())
    },
    say: (listener, { kind, identifier, artist, until }) =>
      inTurn(async () => {
        const id = (await store.max('feedback', 'id')) + 1
        const at = now()
        const row = {
          id: [id],
          import: [0],
          listener: [listener],
          kind: [kind],
          identifier: [identifier],
          artist: [artist],
          at: [at],
          until: [until ?? Number.NaN],
          undone: [0],
        }
        await store.write([{ insert: 'feedback', columns: row }])
        return {
          id,
          kind,
          byHand: true,
          at,
          ...(identifier ? { trackId: identifier } : {}),
          ...(artist ? { artist } : {}),
          ...(until === undefined ? {} : { until }),
        }
      }),
    undo: (listener, name) =>
      inTurn(async () => {
        const last = (await standing(listener)).filter(({ byHand }) => byHand).at(-1)
        if (!last) throw new DeepcutsError('NOTHING_TO_UNDO', { listener: name })
        await store.write([{ update: 'feedback', set: { undone: 1 }, where: { id: last.id } }])
        return last
      }),
  }
}
