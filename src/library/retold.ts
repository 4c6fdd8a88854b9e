import { AUDIO_FEATURES } from '../core/track.ts'
import type { Store } from '../store/store.ts'
import type { Appended } from '../store/watched.ts'
import { SAID } from './said-names.ts'

/** More claims than this are not looked up one by one. */
const FEW = 1000

/**
 * Whether claims of a new import tell nothing that standing ones do not: each names an identifier as an import named it before, and has no facts.
 * The catalog that is built with them is then the one without them, which plays of known tracks need not have built anew.
 */
export async function tellNothingNew(store: Store, claims: Appended<'claims'>): Promise<boolean> {
  const { identifier } = claims
  if (identifier.length > FEW) return false
  const facts = [claims.year, claims.popularity, ...AUDIO_FEATURES.map((name) => claims[name])]
  const texts = [claims.source, claims.genres]
  for (let c = 0; c < identifier.length; c++)
    if (facts.some((column) => !Number.isNaN(column[c])) || texts.some((column) => column[c])) return false
  const told = await store.read(
    'claims',
    ['import', 'identifier', 'isrc', 'mbid', 'title', 'artist', 'album'],
    {
      where: { identifier: Array.from(identifier, Number) },
    },
  )
  const byIdentifier = new Map<number, number[]>()
  told.identifier.forEach((id, t) => {
    if (told.import[t] === SAID) return
    const known = byIdentifier.get(id)
    if (known) known.push(t)
    else byIdentifier.set(id, [t])
  })
  for (let c = 0; c < identifier.length; c++) {
    const known = byIdentifier.get(Number(identifier[c]))
    const hasSame = (column: 'isrc' | 'mbid') =>
      !claims[column][c] || known?.some((t) => told[column][t] === claims[column][c])
    const hasName = known?.some(
      (t) => told.title[t] === claims.title[c] && told.artist[t] === claims.artist[c],
    )
    const hasAlbum = !claims.album[c] || known?.some((t) => told.album[t] !== '')
    if (!known || !hasName || !hasAlbum || !hasSame('isrc') || !hasSame('mbid')) return false
  }
  return true
}
