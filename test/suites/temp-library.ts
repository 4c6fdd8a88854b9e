import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Play } from '../../src/core/event.ts'
import type { TrackFacts, TrackRef } from '../../src/core/track.ts'
import type { ImportOutcome, ImportRecord } from '../../src/library/import-record.ts'
import { type Library, openLibrary } from '../../src/library/library.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'

/** Thursday 15 January 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 0, 15, 12)

interface TempLibrary {
  readonly library: Library
  readonly store: Store
  readonly folder: string
  /** The same store through a second library: nothing kept in memory. */
  again(): Library
}

/** A library over a real store in a new folder; both go when the test is over. */
export async function tempLibrary(now: () => number = () => NOW): Promise<TempLibrary> {
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-library-'))
  const store = await openStore(`file:${folder}`, { now })
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const again = () => openLibrary(store, folder, now, 'Europe/Berlin')
  return { library: again(), store, folder, again }
}

/** A play as extended history tells it. */
export function play(track: TrackRef, endedAt: number, more: Partial<Play> = {}): ImportRecord {
  const exact = {
    reasonStart: 'clickrow',
    reasonEnd: 'trackdone',
    device: 'phone',
    precision: 'second',
  } as const
  return { kind: 'play', track, play: { endedAt, msPlayed: 200_000, ...exact, ...more } }
}

/** A play as account data tells it: by name, to the minute, without reasons. */
export function roundedPlay(track: TrackRef, endedAt: number, msPlayed = 200_000): ImportRecord {
  return play({ title: track.title!, artist: track.artist! }, Math.floor(endedAt / 60_000) * 60_000, {
    msPlayed,
    reasonStart: '',
    reasonEnd: '',
    device: '',
    precision: 'minute',
  })
}

/** A catalog row. */
export function row(track: TrackRef, facts: Partial<TrackFacts> = {}): ImportRecord {
  return { kind: 'track', track, facts: { source: 'spotify', ...facts } }
}

let contents = 0

/** Imports records as one file of `ada`, unless said otherwise. */
export async function take(
  library: Library,
  records: readonly ImportRecord[],
  { listener = 'ada', format = 'spotify-extended', sha256 = `content ${++contents}` } = {},
): Promise<ImportOutcome> {
  const session = library.imports.begin()
  for (const record of records) session.add(record, 0)
  return session.commit({ listener, name: 'file', sha256, format, at: NOW }, () => '{}')
}

/** The visible plays as texts that do not depend on numbers given by the store, sorted. */
export async function visiblePlays(store: Store, listener: number): Promise<string[]> {
  const names = await store.read('identifiers', ['id', 'scheme', 'value'])
  const nameOf = new Map(Array.from(names.id, (id, i) => [id, `${names.scheme[i]}:${names.value[i]}`]))
  const plays = await store.read('plays', ['identifier', 'endedAt', 'msPlayed', 'exact'], {
    where: { listener, hidden: 0 },
  })
  return Array.from(plays.identifier, (id, i) =>
    [nameOf.get(id), plays.endedAt[i], plays.msPlayed[i], plays.exact[i]].join(' '),
  ).sort()
}

/** The recordings of the catalog: the names that are one, in texts that do not depend on the order of imports. */
export async function recordingGroups(library: Library): Promise<string[]> {
  const catalog = await library.catalog()
  const names = await library.store.read('identifiers', ['id', 'scheme', 'value'])
  const groups = new Map<number, string[]>()
  names.id.forEach((id, i) => {
    const at = catalog.rowOfIdentifier[id] ?? -1
    if (at < 0) return
    const name = `${names.scheme[i]}:${names.value[i]}`.replace('\u001f', '/')
    groups.set(at, [...(groups.get(at) ?? []), name])
  })
  return [...groups.values()].map((group) => group.sort().join(' = ')).sort()
}
