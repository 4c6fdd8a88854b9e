import type { ImportMeta, ImportRecord, Imports } from '../../src/library/import-record.ts'

/** One import that a fake library took. */
export interface TakenImport {
  readonly meta: ImportMeta
  readonly report: string
  readonly records: readonly { readonly record: ImportRecord; readonly file: number }[]
}

/** The writer's side of the contract, in memory: a play of the same listener, name and moment is a duplicate. */
export function fakeImports(): Imports & { readonly taken: TakenImport[] } {
  const taken: TakenImport[] = []
  const plays = new Set<string>()
  const named = new Set<string>()
  return {
    taken,
    async find(listener, sha256) {
      const at = taken.findIndex(({ meta }) => meta.listener === listener && meta.sha256 === sha256)
      return at < 0 ? undefined : at + 1
    },
    begin() {
      const records: { record: ImportRecord; file: number }[] = []
      return {
        add: (record, file) => {
          records.push({ record, file })
        },
        async commit(meta, report) {
          const duplicates: number[] = []
          let visible = 0
          let newTracks = 0
          for (const { record, file } of records) {
            if (record.kind === 'never') continue
            const { spotify, title, artist } = record.track
            const name = spotify ?? `${artist}/${title}`
            if (!named.has(name)) newTracks++
            named.add(name)
            if (record.kind !== 'play') continue
            const key = `${record.listener ?? meta.listener}/${name}/${record.play.endedAt}`
            if (plays.has(key)) duplicates[file] = (duplicates[file] ?? 0) + 1
            else visible++
            plays.add(key)
          }
          taken.push({ meta, report: report(duplicates), records })
          return { id: taken.length, duplicates, newTracks, plays: visible, playsWithAudio: 0 }
        },
      }
    },
  }
}
