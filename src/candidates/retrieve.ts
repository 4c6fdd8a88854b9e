import type { Candidate } from '../core/candidate.ts'
import type { Source, SourceRequest } from './source.ts'

export interface Retrieved {
  readonly candidates: readonly Candidate[]
  /** Sources that failed, with why: the mix is made of what the others found. */
  readonly degraded: readonly { readonly source: string; readonly problem: string }[]
}

/** Asks every source; a track that several propose keeps all their names. */
export function retrieve(request: SourceRequest, sources: readonly Source[]): Retrieved {
  const proposers = new Map<number, string[]>()
  const degraded: { source: string; problem: string }[] = []
  for (const source of sources) {
    try {
      for (const row of source.propose(request)) {
        const names = proposers.get(row)
        if (names) names.push(source.name)
        else proposers.set(row, [source.name])
      }
    } catch (error) {
      degraded.push({ source: source.name, problem: error instanceof Error ? error.message : String(error) })
    }
  }
  return { candidates: Array.from(proposers, ([row, names]) => ({ row, sources: names })), degraded }
}
