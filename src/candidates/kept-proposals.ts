import type { Source } from './source.ts'

/** What was proposed for one corner of a listener's taste, and what it was worked out of. */
interface Kept {
  readonly of: readonly unknown[]
  readonly rows: readonly number[]
}

/**
 * The same source, which remembers what it proposed while the listener and all else that it looks at stay the same. For sources whose proposals
 * hang on neither the moment nor chance; those around seeds are worked out anew.
 */
export function keptProposals(source: Source): Source {
  const byListener = new WeakMap<readonly number[], Map<number | undefined, Kept>>()
  return {
    ...source,
    propose(request) {
      if (request.from) return source.propose(request)
      // What a listener knows is one array as long as they do and say nothing.
      const { known } = request.listener
      const byCorner = byListener.get(known) ?? new Map<number | undefined, Kept>()
      byListener.set(known, byCorner)
      const of = [request.index, request.playlists, request.taste, request.community]
      const kept = byCorner.get(request.cluster)
      if (kept?.of.every((part, i) => part === of[i])) return kept.rows
      const rows = source.propose(request)
      byCorner.set(request.cluster, { of, rows })
      return rows
    },
  }
}
