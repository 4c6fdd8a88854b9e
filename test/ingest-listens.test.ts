import { describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { importPaths } from '../src/ingest/import-paths.ts'
import { formatReport } from '../src/ingest/report.ts'
import type { ImportRecord } from '../src/library/import-record.ts'
import { fileOf, folderOf, id, importOne, NOW } from './suites/export-files.ts'
import { tempLibrary } from './suites/temp-library.ts'

const log = (header: string, ...rows: readonly string[]) =>
  fileOf('listens.csv', [header, ...rows, ''].join('\n'))
const playsOf = (records: readonly ImportRecord[]) =>
  records.flatMap((record) => (record.kind === 'play' ? [record] : []))
const T = Date.UTC(2024, 2, 1, 12)
const ISO = '2024-03-01T12:00:00Z'

describe('a log of many listeners', () => {
  it('tells whose each play is, what was heard, when, how long and how it ended', async () => {
    const { records, report } = await importOne(
      log(
        'user_id,timestamp,track_uri,artist_name,track_name,ms_played,reason_end',
        `u1,${ISO},spotify:track:${id(1)},The Harbour,Low Tide,201000,trackdone`,
        `u2,${ISO},spotify:track:${id(1)},The Harbour,Low Tide,4000,fwdbtn`,
      ),
    )
    expect(report).toMatchObject({ format: 'listens', listener: '', files: [{ rows: 2, kept: 2, left: {} }] })
    const track = { spotify: id(1), title: 'Low Tide', artist: 'The Harbour' }
    expect(playsOf(records)).toMatchObject([
      { listener: 'u1', track, play: { endedAt: T, msPlayed: 201_000, reasonEnd: 'trackdone' } },
      { listener: 'u2', track, play: { endedAt: T, msPlayed: 4000, reasonEnd: 'fwdbtn' } },
    ])
  })

  it.each([
    ['listener,ts', ISO],
    ['user,time', '2024-03-01 12:00:00'],
    ['userid,timestamp', '2024-03-01T14:00:00+02:00'],
    ['user_id,timestamp', '2024-03-01T12:00:00.250Z'],
    ['user_name,listened_at', String(T / 1000)],
    ['username,uts', String(T / 1000)],
    ['Listener,Played At', String(T)],
  ])('reads the moment of %s "%s"', async (header, moment) => {
    const { records } = await importOne(log(`${header},artist,title`, `ann,${moment},A,B`))
    expect(playsOf(records).map(({ listener, play }) => [listener, play.endedAt])).toEqual([['ann', T]])
  })

  it('takes a beginning for a beginning: the play ends as much later as was heard', async () => {
    const { records } = await importOne(
      log('user,listened_at,artist,title,duration_played', `ann,${T / 1000},A,B,180`),
    )
    expect(playsOf(records)[0]!.play).toMatchObject({ endedAt: T + 180_000, msPlayed: 180_000 })
  })

  it('knows tracks by ISRC, MBID or artist and title too, and tells their lengths once', async () => {
    const mbid = '0b2b7b9c-1111-4222-8333-123456789abc'
    const { records } = await importOne(
      log(
        'user,ts,isrc,track_id,artist,title,duration_ms',
        `ann,${ISO},usabc2400001,,,,180000`,
        `ann,${ISO},,${mbid.toUpperCase()},,,`,
        `bo,${ISO},,,The Harbour,Low Tide,200000`,
        `bo,2024-03-02T12:00:00Z,,,The Harbour,Low Tide,200000`,
      ),
    )
    expect(playsOf(records).map(({ track }) => track)).toEqual([
      { isrc: 'USABC2400001' },
      { mbid },
      { title: 'Low Tide', artist: 'The Harbour' },
      { title: 'Low Tide', artist: 'The Harbour' },
    ])
    const lengths = records.flatMap((r) => (r.kind === 'track' ? [r.facts.audio?.duration_ms] : []))
    expect(lengths).toEqual([180_000, 200_000])
  })

  it('reads tabs, and JSON a line with fields inside fields', async () => {
    const tsv = fileOf('log.tsv', `user\tts\tartist\ttitle\nann\t${ISO}\tA\tB, C\n`)
    expect(playsOf((await importOne(tsv)).records)[0]).toMatchObject({
      listener: 'ann',
      track: { title: 'B, C' },
    })
    const lines = [
      { user_name: 'ann', listened_at: T / 1000, track_metadata: { artist_name: 'A', track_name: 'B' } },
      { user_name: 'bo', ts: ISO, artist: 'A', title: 'C', skipped: true, ms_played: 900 },
      { user_name: 'bo' },
    ]
    const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"broken\n`
    const { records, report } = await importOne(fileOf('log.ndjson', text))
    expect(playsOf(records)).toMatchObject([
      { listener: 'ann', track: { artist: 'A', title: 'B' }, play: { endedAt: T } },
      { listener: 'bo', play: { skipped: true, msPlayed: 900, reasonEnd: '' } },
    ])
    expect(report.files[0]).toMatchObject({ rows: 4, kept: 2, left: { 'wrong types': 2 } })
  })

  it('says why it leaves rows out: no listener, no track, moments that cannot be or are still to come', async () => {
    const { report } = await importOne(
      log(
        'user,ts,artist,title',
        `,${ISO},A,B`,
        `ann,${ISO},A,`,
        'ann,2024-02-31T12:00:00Z,A,B',
        `ann,${new Date(NOW + 5 * 86_400_000).toISOString()},A,B`,
        'ann,17,A,B',
        `ann,${ISO},A`,
        `ann,${ISO},A,B`,
      ),
    )
    expect(report.files[0]).toMatchObject({
      rows: 7,
      kept: 1,
      left: { 'no listener': 1, 'no metadata': 1, 'impossible date': 3, 'wrong types': 1 },
    })
  })

  it('keeps the names of listeners as they are, whatever characters they have, and two spellings of one character as one', async () => {
    const names = ['__proto__', 'Ann “A” O’Hara', '东京', '1', "Robert'); --", 'Zoe\u0308']
    const rows = names.map((name) => `"${name}",${ISO},A,B`)
    const { records } = await importOne(log('user,ts,artist,title', ...rows))
    expect(playsOf(records).map(({ listener }) => listener)).toEqual([...names.slice(0, 5), 'Zo\u00eb'])
  })

  it('refuses --listener, since the file says whose its plays are', async () => {
    const path = log('user,ts,artist,title', `ann,${ISO},A,B`)
    await expect(importOne(path, { named: true })).rejects.toMatchObject({ code: 'LISTENERS_NAMED' })
  })

  it('leaves tables of tracks and playlists what they were', async () => {
    const catalog = log('track_name,artist,energy,user', 'Low Tide,The Harbour,0.4,ann')
    expect((await importOne(catalog)).report.format).toBe('catalog')
  })
})

describe('a log of many listeners in a library', () => {
  const people = async () => {
    const { library, store } = await tempLibrary()
    const take = async (path: string) => {
      const [report] = await importPaths([path], { listener: 'me', now: NOW }, library.imports, silent)
      return report!
    }
    const visible = async () => {
      const rows = await store.read('plays', ['listener'], { where: { hidden: 0 } })
      const names = await library.listeners.names()
      return Array.from(rows.listener, (id) => names.get(id)!).sort()
    }
    return { library, store, take, visible }
  }
  const rows = (name: string, minutes: readonly number[]) =>
    minutes.map((minute) => `${name},${new Date(T + minute * 60_000).toISOString()},A,B,200000,trackdone`)
  const HEADER = 'user,ts,artist,title,ms_played,reason_end'

  it('makes the listeners, tells what each brought, and is undone whole', async () => {
    const { library, store, take, visible } = await people()
    const report = await take(log(HEADER, ...rows('ann', [0, 5, 10]), ...rows('bo', [0])))
    expect(report).toMatchObject({
      listener: '',
      plays: 4,
      listeners: [
        { name: 'ann', plays: 3 },
        { name: 'bo', plays: 1 },
      ],
    })
    expect(formatReport(report)).toContain('2 listeners: ann (3), bo (1)')
    expect((await library.listeners.list()).map(({ name }) => name)).toEqual(['ann', 'bo'])
    expect(await visible()).toEqual(['ann', 'ann', 'ann', 'bo'])
    await library.imports.undo(report.importId)
    expect(await store.count('plays')).toBe(0)
    expect(await store.count('claims')).toBe(0)
  })

  it('knows the same content again, and after another import of the same rows hides them for each listener', async () => {
    const { library, take, visible } = await people()
    const text = [HEADER, ...rows('ann', [0, 5]), ...rows('bo', [0]), ''].join('\n')
    const first = await take(fileOf('a.csv', text))
    expect((await take(fileOf('b.csv', text))).alreadyImported).toBe(true)
    const more = await take(fileOf('c.csv', `${text}${rows('bo', [5]).join()}\n`))
    expect(more).toMatchObject({ plays: 1, files: [{ kept: 1, left: { duplicate: 3 } }] })
    expect(await visible()).toEqual(['ann', 'ann', 'bo', 'bo'])
    await library.imports.undo(first.importId)
    expect(await visible()).toEqual(['ann', 'ann', 'bo', 'bo'])
  })

  it('never takes a play of one for that of another, all at one moment', async () => {
    const { take, visible } = await people()
    const report = await take(log(HEADER, ...['ann', 'bo', 'cy'].flatMap((name) => rows(name, [0, 0]))))
    expect(report.files[0]).toMatchObject({ kept: 3, left: { duplicate: 3 } })
    expect(await visible()).toEqual(['ann', 'bo', 'cy'])
  })

  it('puts plays in the order of time, whatever the order of the rows', async () => {
    const { library, take } = await people()
    await take(log(HEADER, ...rows('ann', [50, 0, 90, 10])))
    const { endedAt } = await library.log(await library.listeners.get('ann'))
    expect(Array.from(endedAt, (at) => (at - T) / 60_000)).toEqual([0, 10, 50, 90])
  })

  it('lets milliseconds speak where no reasons are told, and nothing where there are neither', async () => {
    const { library, take } = await people()
    const header = 'user,ts,artist,title,ms_played,duration_ms,skipped'
    const at = (minute: number) => new Date(T + minute * 60_000).toISOString()
    await take(
      log(
        header,
        `ann,${at(0)},A,B,199000,200000,`,
        `ann,${at(10)},A,B,20000,200000,`,
        `ann,${at(20)},A,B,150000,200000,`,
        `ann,${at(30)},A,B,199000,200000,true`,
        `ann,${at(40)},A,B,,200000,`,
        `ann,${at(50)},A,B,,200000,false`,
      ),
    )
    const { outcome } = await library.log(await library.listeners.get('ann'))
    expect([...outcome]).toEqual([1, 0, -1, 0, -1, 1])
  })

  it('meets the plays of somebody who is here already, and leaves their own import alone when it is undone', async () => {
    const { library, take, visible } = await people()
    await take(log(HEADER, ...rows('ann', [0])))
    const folder = folderOf({ 'more.csv': [HEADER, ...rows('ann', [0, 5]), ''].join('\n') })
    const { importId } = await take(folder)
    expect(await visible()).toEqual(['ann', 'ann'])
    await library.imports.undo(importId)
    expect(await visible()).toEqual(['ann'])
  })

  it('takes three spellings of an artist for one', async () => {
    const { library, take } = await people()
    await take(
      log(
        HEADER,
        ...['Zoë Nightfall', 'zoe\u0308 nightfall', 'ZOË  NIGHTFALL'].map(
          (artist, i) => `ann,${new Date(T + i * 600_000).toISOString()},${artist},Low Tide,200000,trackdone`,
        ),
      ),
    )
    const { row } = await library.log(await library.listeners.get('ann'))
    expect(new Set(row).size).toBe(1)
  })
})
