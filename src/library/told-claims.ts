import { AUDIO_FEATURES } from '../core/track.ts'
import type { Store } from '../store/store.ts'
import type { Appended } from '../store/watched.ts'
import { type HashSet, hashOf, hashSet } from './hashes.ts'
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

/** What standing claims tell, kept in memory as hashes, some 40 bytes a claim. */
export interface ToldClaims {
  /** Compares claims with those that stand, which they then are: `clear` where they are not written. @param fresh imports that tell nothing yet */
  compare(claims: Appended<'claims'>, fresh: ReadonlySet<number>): Promise<NewClaims>
  /** Takes over what somebody else appended. */
  add(claims: Appended<'claims'>): void
  /** Forgets what is kept. */
  clear(): void
}

const NAMES = ['isrc', 'mbid', 'title', 'artist', 'album'] as const
type NameRows = Readonly<
  Record<'import' | 'identifier' | (typeof NAMES)[number], ArrayLike<number> | readonly string[]>
>

/** For so many imports it is kept what each of them tells; beyond them all are forgotten. */
const IMPORTS = 5000
const APART = '\u001f'

/** The claims of a store. */
export function toldClaims(store: Store): ToldClaims {
  let anybody: HashSet | undefined
  let byImport = new Map<number, HashSet>()

  const load = async (): Promise<HashSet> => {
    if (anybody) return anybody
    const loaded = hashSet()
    const rows = await store.read('claims', ['import', 'identifier', ...NAMES])
    for (let i = 0; i < rows.import.length; i++)
      if (rows.import[i] !== SAID) for (const hash of sayingsOf(rows, i)) loaded.add(hash)
    anybody = loaded
    return loaded
  }
  const loadImports = async (imports: ReadonlySet<number>, fresh: ReadonlySet<number>) => {
    if (byImport.size > IMPORTS) byImport = new Map()
    const missing = [...imports].filter((id) => !byImport.has(id))
    for (const id of missing) byImport.set(id, hashSet())
    const stored = missing.filter((id) => !fresh.has(id))
    if (stored.length === 0) return
    const rows = await store.read('claims', ['import', 'identifier', ...NAMES], { where: { import: stored } })
    rows.import.forEach((id, i) => {
      byImport.get(id)!.add(wholeOf(rows, i))
    })
  }
  return {
    async compare(claims, fresh) {
      const told = await load()
      const imports = Array.from({ length: claims.import.length }, (_, i) => Number(claims.import[i]))
      await loadImports(new Set(imports), fresh)
      const rows: number[] = []
      let changeCatalog = false
      imports.forEach((id, i) => {
        const own = byImport.get(id)!
        const whole = wholeOf(claims, i)
        const facts = hasFacts(claims, i)
        if (!facts && own.has(whole)) return
        own.add(whole)
        rows.push(i)
        const sayings = sayingsOf(claims, i)
        changeCatalog ||= facts || !sayings.every((hash) => told.has(hash))
        for (const hash of sayings) told.add(hash)
      })
      return { rows, changeCatalog }
    },
    add(claims) {
      for (let i = 0; i < claims.import.length; i++) {
        const id = Number(claims.import[i])
        if (id === SAID) continue
        if (anybody) for (const hash of sayingsOf(claims, i)) anybody.add(hash)
        byImport.get(id)?.add(wholeOf(claims, i))
      }
    },
    clear() {
      anybody = undefined
      byImport = new Map()
    },
  }
}

/** What a claim says of its identifier: a name, codes, and whether there is an album; any more of them change no catalog. */
function sayingsOf(rows: NameRows, i: number): number[] {
  const of = (kind: string, text: string) => hashOf([rows.identifier[i], kind, text].join(APART))
  const hashes = [of('name', `${rows.title[i]}${APART}${rows.artist[i]}`)]
  if (rows.isrc[i]) hashes.push(of('isrc', String(rows.isrc[i])))
  if (rows.mbid[i]) hashes.push(of('mbid', String(rows.mbid[i])))
  if (rows.album[i]) hashes.push(of('album', ''))
  return hashes
}

function wholeOf(rows: NameRows, i: number): number {
  return hashOf([rows.identifier[i], ...NAMES.map((name) => rows[name][i])].join(APART))
}

function hasFacts(claims: Appended<'claims'>, i: number): boolean {
  return (
    claims.source[i] !== '' ||
    claims.genres[i] !== '' ||
    !Number.isNaN(claims.year[i]) ||
    !Number.isNaN(claims.popularity[i]) ||
    AUDIO_FEATURES.some((name) => !Number.isNaN(claims[name][i]))
  )
}
