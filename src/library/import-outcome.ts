import type { Write } from '../store/store.ts'
import type { Collected } from './collected.ts'
import type { ImportMeta, ImportOutcome } from './import-record.ts'

/** What became of an import of which nothing is written, as it was before. */
export function repeatedOutcome(id: number, { plays }: Collected): ImportOutcome {
  const all = new Int8Array(plays.size).fill(1)
  return { id, duplicates: plays.perFile(all), newTracks: 0, plays: 0, playsWithAudio: 0 }
}

/** What became of an import's plays; that of audio is for others to say. */
export function outcomeOf(
  id: number,
  { plays, people }: Collected,
  hidden: Int8Array,
  newTracks: number,
): ImportOutcome {
  return {
    id,
    newTracks,
    duplicates: plays.perFile(hidden),
    plays: hidden.reduce((sum, flag) => sum + 1 - flag, 0),
    playsWithAudio: 0,
    ...(people.size > 1 && {
      listeners: playsOfEach(plays.perListener(hidden, people.size), [...people.keys()]),
    }),
  }
}

/** Visible plays of each listener that the import names, the most first. */
function playsOfEach(counts: Int32Array, names: readonly string[]) {
  return names
    .map((name, i) => ({ name, plays: counts[i]! }))
    .slice(1)
    .sort((a, b) => b.plays - a.plays || (a.name < b.name ? -1 : 1))
}

/** The write that tells of an import. */
export function importRow(id: number, owner: number, meta: ImportMeta, report: string): Write {
  return {
    insert: 'imports',
    columns: {
      id: [id],
      listener: [owner],
      name: [meta.name],
      sha256: [meta.sha256],
      format: [meta.format],
      at: [meta.at],
      undoneAt: [Number.NaN],
      report: [report],
    },
  }
}
