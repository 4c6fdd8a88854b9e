import type { Candidate } from '../core/candidate.ts'
import type { Source, SourceRequest } from './source.ts'

export interface Retrieved {
  readonly candidates: readonly Candidate[]
  /** Sources that failed, with why: the mix is made of what the others found. */
  readonly degraded: readonly { readonly source: string; readonly problem: string }[]
}

/** Asks every source; a track that several propose keeps all their names. */
export function retrieve(request: SourceRequest, sources: readonly Source[]): Retrieved {
  const proposers = new Map<number, Proposers>()
  const degraded: { source: string; problem: string }[] = []
  for (const source of sources) {
    const alone = proposersOf([source.name])
    try {
      for (const row of source.propose(request)) {
        const before = proposers.get(row)
        proposers.set(row, before ? before.and(source.name) : alone)
      }
    } catch (error) {
      degraded.push({ source: source.name, problem: error instanceof Error ? error.message : String(error) })
    }
  }
  const candidates: Candidate[] = []
  for (const [row, { names }] of proposers) candidates.push({ row, sources: names })
  return { candidates, degraded }
}

/** The sources of a track, one list for all tracks that have the same. */
interface Proposers {
  readonly names: readonly string[]
  and(name: string): Proposers
}

function proposersOf(names: readonly string[]): Proposers {
  const more = new Map<string, Proposers>()
  return {
    names,
    and(name) {
      const known = more.get(name) ?? proposersOf([...names, name])
      more.set(name, known)
      return known
    },
  }
}
