import type { Clock } from '../core/clock.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Feedback, FeedbackKind } from '../core/event.ts'
import { fold } from '../core/track.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store } from '../store/store.ts'
import type { SaidNames } from './said-names.ts'

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
  /** About the whole recording, and kept however imports come and go. Durable when it resolves. */
  say(listener: number, saying: Saying): Promise<Feedback>
  /** Takes back the last thing said by hand that still holds: no snooze that has ended. @throws NOTHING_TO_UNDO */
  undo(listener: number, name: string): Promise<Feedback>
  /** Takes back everything of these kinds that was said, by hand or by imports, of a track (any of its identifiers) or an artist. Durable when it resolves. */
  clear(
    listener: number,
    kinds: readonly FeedbackKind[],
    about: { readonly identifiers: readonly number[] } | { readonly artist: string },
  ): Promise<void>
}

const COLUMNS = ['id', 'import', 'kind', 'identifier', 'artist', 'at', 'until'] as const

/**
 * The feedback of a store; what is said by hand is dated by `now`, and snoozes end by it.
 * @param namesOf what the recording of an identifier is called
 */
export function feedbackOf(
  store: Store,
  now: Clock,
  inTurn: InTurn,
  namesOf: (identifier: number) => Promise<SaidNames>,
): FeedbackLog {
  const holds = ({ until }: Feedback) => until === undefined || until > now()
  // Ids are given in turn, so they are in the order of saying and importing. A saying has a row for each identifier.
  const standing = async (listener: number): Promise<Feedback[]> => {
    const rows = await store.read('feedback', COLUMNS, {
      where: { listener, undone: 0 },
      orderBy: ['id', 'identifier'],
    })
    const sayings: Feedback[] = []
    for (let i = 0, end = 0; i < rows.id.length; i = end) {
      const id = rows.id[i]!
      while (rows.id[end] === id) end++
      sayings.push({
        id,
        kind: rows.kind[i] as FeedbackKind,
        byHand: rows.import[i] === 0,
        ...about(rows.identifier.subarray(i, end), rows.artist[i]!),
        ...(Number.isNaN(rows.at[i]!) ? {} : { at: rows.at[i]! }),
        ...(Number.isNaN(rows.until[i]!) ? {} : { until: rows.until[i]! }),
      })
    }
    return sayings
  }
  return {
    async list(listener) {
      return (await standing(listener)).filter(holds)
    },
    say: (listener, { kind, identifier, artist, until }) =>
      inTurn(async () => {
        const id = (await store.max('feedback', 'id')) + 1
        const at = now()
        const { identifiers, claims } = identifier
          ? await namesOf(identifier)
          : { identifiers: [0], claims: [] }
        const each = <T>(value: T) => identifiers.map(() => value)
        const columns = {
          id: each(id),
          import: each(0),
          listener: each(listener),
          kind: each(kind),
          identifier: identifiers,
          artist: each(artist),
          at: each(at),
          until: each(until ?? Number.NaN),
          undone: each(0),
        }
        await store.write([{ insert: 'feedback', columns }, ...claims])
        return {
          id,
          kind,
          byHand: true,
          at,
          ...about(identifiers, artist),
          ...(until === undefined ? {} : { until }),
        }
      }),
    undo: (listener, name) =>
      inTurn(async () => {
        const last = (await standing(listener)).filter((said) => said.byHand && holds(said)).at(-1)
        if (!last) throw new DeepcutsError('NOTHING_TO_UNDO', { listener: name })
        await store.write([{ update: 'feedback', set: { undone: 1 }, where: { id: last.id } }])
        return last
      }),
    clear: (listener, kinds, what) =>
      inTurn(async () => {
        const isMeant = ({ kind, trackId, identifiers = [trackId ?? 0], artist }: Feedback) =>
          kinds.includes(kind) &&
          ('artist' in what
            ? artist !== undefined && fold(artist) === fold(what.artist)
            : identifiers.some((one) => what.identifiers.includes(one)))
        const ids = (await standing(listener)).filter(isMeant).map(({ id }) => id)
        if (ids.length > 0)
          await store.write([{ update: 'feedback', set: { undone: 1 }, where: { id: ids, listener } }])
      }),
  }
}

/** What a saying is about. */
function about(
  identifiers: ArrayLike<number>,
  artist: string,
): Pick<Feedback, 'trackId' | 'identifiers' | 'artist'> {
  return {
    ...(identifiers[0] ? { trackId: identifiers[0] } : {}),
    ...(identifiers.length > 1 ? { identifiers: Array.from(identifiers) } : {}),
    ...(artist ? { artist } : {}),
  }
}
