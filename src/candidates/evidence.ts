import { circleOf } from './artist-circle.ts'
import { once } from './catalog-index.ts'
import { playlistAnchors } from './playlists.ts'
import type { SourceRequest } from './source.ts'

/** What the sources know of a proposed row that may be told: facts of the listener, of catalogs, and of many together, never of another. */
export interface Evidence {
  /** A loved row with which it shares the most playlists, their own and those of catalogs, and how many: two at least. */
  readonly beside?: { readonly row: number; readonly playlists: number }
  /** An artist that the listener loves, near whom its artist is. */
  readonly nearArtist?: number
  /** Whether many listeners played it in the last weeks. */
  readonly lately: boolean
}

/** A function that gives the evidence of a candidate; worked out for those that are shown alone. */
export function evidenceOf(request: SourceRequest): (row: number, sources: readonly string[]) => Evidence {
  const { catalog, community, playlists } = request
  const circle = once(() => circleOf(request))
  const lists = once(() =>
    playlistAnchors(request).map((anchor) => ({ anchor, on: new Set(playlists.on(anchor)) })),
  )
  const besideOf = (row: number) => {
    const own = playlists.on(row)
    let best = { row: -1, playlists: 1 }
    for (const { anchor, on } of lists()) {
      const shared = own.reduce((count, list) => count + Number(on.has(list)), 0)
      if (shared > best.playlists) best = { row: anchor, playlists: shared }
    }
    return best.row >= 0 ? best : undefined
  }
  const nearOf = (row: number) => circle().get(catalog.artist[row]!)?.near
  return (row, sources) => {
    const beside = sources.includes('playlists') ? besideOf(row) : undefined
    const nearArtist = sources.includes('artist-circle') ? nearOf(row) : undefined
    return {
      ...(beside && { beside }),
      ...(nearArtist !== undefined && { nearArtist }),
      lately: sources.includes('popular') && (community?.isPopular(row) ?? false),
    }
  }
}
