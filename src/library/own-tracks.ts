import type { TrackRef } from '../core/track.ts'
import type { Store } from '../store/store.ts'
import { isOfTracks, NOBODY } from './import-record.ts'
import { SAID } from './said-names.ts'

/** What a listener's own data calls tracks: nothing that only somebody else's data tells is among it. */
export async function ownTracks(
  store: Store,
  listener: number,
): Promise<(identifier: number) => TrackRef | undefined> {
  const imports = await store.read('imports', ['id', 'listener', 'format'])
  const telling = Array.from(imports.id).filter(
    (_, i) =>
      imports.listener[i] === listener || (imports.listener[i] === NOBODY && !isOfTracks(imports.format[i]!)),
  )
  const columns = ['identifier', 'isrc', 'mbid', 'title', 'artist', 'album'] as const
  const claims = await store.read('claims', columns, { where: { import: [SAID, ...telling] } })
  const tracks = new Map<number, Record<string, string>>()
  claims.identifier.forEach((identifier, c) => {
    const track = tracks.get(identifier) ?? {}
    tracks.set(identifier, track)
    for (const name of ['isrc', 'mbid', 'title', 'artist', 'album'] as const)
      if (claims[name][c] && !track[name]) track[name] = claims[name][c]!
  })
  const known = await store.read('identifiers', ['id', 'scheme', 'value'], {
    where: { id: [...tracks.keys()] },
  })
  known.id.forEach((id, i) => {
    const scheme = known.scheme[i]!
    if (scheme === 'spotify' || scheme === 'isrc' || scheme === 'mbid')
      tracks.get(id)![scheme] ||= known.value[i]!
  })
  return (identifier) => tracks.get(identifier)
}
