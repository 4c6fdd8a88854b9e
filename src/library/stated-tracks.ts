import type { Clock } from '../core/clock.ts'
import { AUDIO_FEATURES, type TrackFacts, type TrackRef } from '../core/track.ts'
import type { InTurn } from '../core/turns.ts'
import type { Store, Write, WriteTo } from '../store/store.ts'
import { claimColumns } from './claim-columns.ts'
import { localNames } from './identifiers.ts'
import { importRow } from './import-outcome.ts'
import { NOBODY, STATED, THEIR_OWN } from './import-record.ts'
import { knownIdentifiers } from './known-identifiers.ts'
import { answeredRequests, importOfRequest, type NamedRequest, requestRows } from './requests.ts'
import type { Revision } from './revision.ts'

/** What an app states of tracks: it stands above what imports tell, and a later statement of the same name replaces it whole. */
export interface StatedTracks {
  /** Begins a statement. Nothing is read or written before its `commit`. */
  begin(): StatingSession
}

/** Takes what is stated of some tracks and keeps it in one atomic, durable step. */
export interface StatingSession {
  /** The last that is said of a name counts. */
  add(track: TrackRef, facts?: TrackFacts): void
  /**
   * @param request digests of the name that the request gave itself and of what it asked
   * @throws DeepcutsError REQUEST_CHANGED
   */
  commit(request?: NamedRequest): Promise<Stated>
}

/** What became of a statement. */
export interface Stated {
  /** The import that keeps what is new in it, one a day (UTC); absent where nothing ever was. */
  readonly import?: number
  /** Names that nobody told before. */
  readonly added: number
  /** Names of which something else was stated, or nothing. */
  readonly changed: number
  /** Names of which the same was stated. */
  readonly unchanged: number
  /** Whether the request was answered before, and nothing was written. */
  readonly repeated: boolean
}

type Claims = Extract<WriteTo<'claims'>, { insert: 'claims' }>['columns']
const COLUMNS = [
  ...['identifier', 'import', 'isrc', 'mbid', 'title', 'artist', 'album', 'source', 'genres', 'year'],
  ...['popularity', ...AUDIO_FEATURES],
] as readonly (keyof Claims)[]
const SAID = COLUMNS.filter((name) => name !== 'import' && name !== 'identifier')
/** So few names are looked up alone, and not among all. */
const FEW = 1000

/** What is stated of tracks in a store; statements are dated by `now`. */
export function statedTracks(store: Store, now: Clock, revision: Revision, inTurn: InTurn): StatedTracks {
  return {
    begin() {
      const names = localNames()
      const told = new Map<number, { readonly track: TrackRef; readonly facts: TrackFacts | undefined }>()
      return {
        add(track, facts) {
          const name = names.number(track)
          if (name > 0) told.set(name, { track, facts })
        },
        commit: (request) =>
          inTurn(async () => {
            const all = await store.read('imports', ['id', 'sha256', 'undoneAt'], {
              where: { listener: NOBODY, format: STATED },
              orderBy: ['id'],
            })
            const last = all.id.at(-1)
            const requests = await answeredRequests(store).find(request ? [request.key] : [], now())
            const before = request && importOfRequest(requests.answered, request)
            if (before !== undefined)
              return {
                ...(before > 0 && { import: before }),
                ...{ added: 0, changed: 0, unchanged: told.size, repeated: true },
              }
            const at = now()
            const day = `tracks ${new Date(at).toISOString().slice(0, 10)}`
            const standing = all.id.find((_, i) => all.sha256[i] === day && Number.isNaN(all.undoneAt[i]!))
            const id = standing ?? (await store.max('imports', 'id')) + 1
            const { identifier: of, added } = await knownIdentifiers(store).intern(names.all())
            const identifier = names.identifiers(of)
            const claims = claimColumns()
            for (const [name, { track, facts }] of told) claims.add(name, track, facts)
            const { columns } = claims.write(id, identifier)
            const fresh = await differing(store, columns, Array.from(all.id))
            const kept = fresh.length > 0 ? id : last
            const group: Write[] = [
              ...requests.writes,
              requestRows(request ? [{ ...request, import: kept ?? 0, at }] : []),
              ...(fresh.length > 0
                ? [
                    ...(standing === undefined ? [dayRow(id, day, at)] : []),
                    { insert: 'identifiers', columns: added } as const,
                    {
                      delete: 'claims',
                      where: {
                        import: [...all.id, id],
                        identifier: fresh.map((i) => Number(columns.identifier[i])),
                      },
                    } as const,
                    { insert: 'claims', columns: rowsOf(columns, fresh) } as const,
                    ...(await revision.bump()),
                  ]
                : []),
            ]
            await store.write(group)
            return {
              ...(kept !== undefined && { import: kept }),
              ...{ added: added.id.length, changed: fresh.length - added.id.length },
              ...{ unchanged: told.size - fresh.length, repeated: false },
            }
          }),
      }
    },
  }
}

/** Which rows of these claims say something else than the claims of earlier statements. */
async function differing(store: Store, claims: Claims, imports: readonly number[]): Promise<number[]> {
  const size = claims.identifier.length
  const few = size <= FEW ? { identifier: Array.from(claims.identifier, Number) } : {}
  const stated =
    imports.length > 0
      ? await store.read('claims', COLUMNS, { where: { import: imports, ...few } })
      : undefined
  const at = new Map(Array.from(stated?.identifier ?? [], (identifier, i) => [identifier, i]))
  return Array.from({ length: size }, (_, i) => i).filter((i) => {
    const known = at.get(Number(claims.identifier[i]))
    return known === undefined || SAID.some((name) => !Object.is(stated![name][known], claims[name][i]))
  })
}

function rowsOf(claims: Claims, rows: readonly number[]): Claims {
  return Object.fromEntries(
    COLUMNS.map((name) => [name, rows.map((i) => claims[name][i])]),
  ) as unknown as Claims
}

function dayRow(id: number, name: string, at: number): Write {
  const report = JSON.stringify({ name, format: STATED, files: [], notes: [] })
  return importRow(id, NOBODY, { listener: THEIR_OWN, name, sha256: name, format: STATED, at }, report)
}
