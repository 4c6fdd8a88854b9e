import { AUDIO_FEATURES } from '../core/track.ts'
import type { Store } from '../store/store.ts'
import type { Appended } from '../store/watched.ts'
import { SAID } from './said-names.ts'

/** What is new of claims that are about to be written. */
export interface NewClaims {
  /** The rows that their own import does not tell yet. */
  readonly rows: readonly number[]
  /**
   * Whether the catalog that is built with them may be another than the one without: where not, each names an identifier as an import named
   * it before, and has no facts, so that plays of known tracks need not have it built anew.
   */
  readonly changeCatalog: boolean
}

/** What standing claims tell of identifiers, kept in memory for those asked about last. */
export interface ToldClaims {
  /**
   * Compares claims with those that stand, which they then are: `clear` where they are not written.
   * @param added identifiers that nothing can have told of before
   */
  compare(claims: Appended<'claims'>, added: ReadonlySet<number>): Promise<NewClaims>
  /** Forgets what is kept. */
  clear(): void
}

const NAMES = ['isrc', 'mbid', 'title', 'artist', 'album'] as const
type Names = Readonly<Record<(typeof NAMES)[number], string>>

interface Told {
  readonly ways: Names[]
  /** Which import tells it which way: import × WAYS + way. */
  readonly by: Set<number>
}

/** No more ways to name one identifier than this are told apart. */
const WAYS = 64
/** As many identifiers are kept; beyond them all are forgotten. */
const MOST = 100_000
/** Claims of more identifiers than this are not looked up. */
const MANY = 50_000

/** The claims of a store. */
export function toldClaims(store: Store): ToldClaims {
  let kept = new Map<number, Told>()
  const tell = (identifier: number, id: number, names: Names): void => {
    const told = kept.get(identifier)!
    const known = told.ways.findIndex((way) => NAMES.every((name) => way[name] === names[name]))
    const way = known < 0 ? told.ways.push(names) - 1 : known
    if (way < WAYS) told.by.add(id * WAYS + way)
  }
  const load = async (identifiers: readonly number[], added: ReadonlySet<number>) => {
    if (kept.size + identifiers.length > MOST) kept = new Map()
    const missing = [...new Set(identifiers)].filter((identifier) => !kept.has(identifier))
    for (const identifier of missing) kept.set(identifier, { ways: [], by: new Set() })
    const stored = missing.filter((identifier) => !added.has(identifier))
    if (stored.length === 0) return
    const rows = await store.read('claims', ['import', 'identifier', ...NAMES], {
      where: { identifier: stored },
    })
    rows.identifier.forEach((identifier, i) => {
      if (rows.import[i] !== SAID) tell(identifier, rows.import[i]!, namesAt(rows, i))
    })
  }
  return {
    async compare(claims, added) {
      const size = claims.identifier.length
      const all = { rows: Array.from({ length: size }, (_, i) => i), changeCatalog: size > 0 }
      const identifiers = Array.from(claims.identifier, Number)
      if (new Set(identifiers).size > MANY) {
        kept = new Map()
        return all
      }
      await load(identifiers, added)
      const rows: number[] = []
      let changeCatalog = false
      identifiers.forEach((identifier, i) => {
        const { ways, by } = kept.get(identifier)!
        const [names, id] = [namesAt(claims, i), Number(claims.import[i])]
        const way = ways.findIndex((known) => NAMES.every((name) => known[name] === names[name]))
        const facts = hasFacts(claims, i)
        if (!facts && way >= 0 && way < WAYS && by.has(id * WAYS + way)) return
        rows.push(i)
        changeCatalog ||= facts || !isTold(ways, names)
        tell(identifier, id, names)
      })
      return { rows, changeCatalog }
    },
    clear() {
      kept = new Map()
    },
  }
}

/** Whether everything that these names say is said already. */
function isTold(ways: readonly Names[], { isrc, mbid, title, artist, album }: Names): boolean {
  return (
    ways.some((way) => way.title === title && way.artist === artist) &&
    (!isrc || ways.some((way) => way.isrc === isrc)) &&
    (!mbid || ways.some((way) => way.mbid === mbid)) &&
    (!album || ways.some((way) => way.album !== ''))
  )
}

function hasFacts(claims: Appended<'claims'>, i: number): boolean {
  return (
    claims.source[i] !== '' ||
    claims.genres[i] !== '' ||
    [claims.year, claims.popularity, ...AUDIO_FEATURES.map((name) => claims[name])].some(
      (column) => !Number.isNaN(column[i]),
    )
  )
}

function namesAt(
  claims: Readonly<Record<keyof Names, ArrayLike<number> | readonly string[]>>,
  i: number,
): Names {
  return {
    isrc: String(claims.isrc[i]),
    mbid: String(claims.mbid[i]),
    title: String(claims.title[i]),
    artist: String(claims.artist[i]),
    album: String(claims.album[i]),
  }
}
