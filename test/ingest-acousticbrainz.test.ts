import { expect, test } from 'vitest'
import { fileOf, folderOf, importOne, zipOf } from './suites/export-files.ts'

const MBID = '00000000-1111-2222-3333-444444444444'
const OTHER = '00000000-1111-2222-3333-555555555555'
const LOW = {
  lowlevel: { average_loudness: 0.9, dynamic_complexity: 2 },
  metadata: {
    audio_properties: { length: 201.5, replay_gain: -9.5 },
    tags: {
      artist: ['The Invented'],
      title: ['Harbour Lights'],
      album: ['First'],
      date: ['2011-05-01'],
      musicbrainz_recordingid: [MBID],
    },
  },
  rhythm: { bpm: 121.5, danceability: 1.3 },
  tonal: { key_key: 'F#', key_scale: 'minor' },
}
const HIGH = {
  highlevel: {
    danceability: { all: { danceable: 0.8, not_danceable: 0.2 }, value: 'danceable' },
    mood_acoustic: { all: { acoustic: 0.3, not_acoustic: 0.7 } },
    voice_instrumental: { all: { instrumental: 0.1, voice: 0.9 } },
    mood_happy: { all: { happy: 0.9 } },
  },
  metadata: LOW.metadata,
}

test('a low-level document gives tempo, key, mode, length and loudness, under its own source', async () => {
  const { records, report } = await importOne(fileOf(`${MBID}-0.json`, LOW))
  expect(report.format).toBe('acousticbrainz')
  expect(records).toEqual([
    {
      kind: 'track',
      track: { mbid: MBID, title: 'Harbour Lights', artist: 'The Invented', album: 'First' },
      facts: {
        source: 'acousticbrainz',
        year: 2011,
        audio: { tempo: 121.5, key: 6, mode: 0, duration_ms: 201_500, loudness: -8.5 },
      },
    },
  ])
})

test('a high-level document gives the probabilities that mean the same, and no mood', async () => {
  const { records } = await importOne(fileOf('high.json', HIGH))
  expect(records).toMatchObject([
    {
      track: { mbid: MBID },
      facts: { audio: { danceability: 0.8, acousticness: 0.3, instrumentalness: 0.1 } },
    },
  ])
  expect(records[0]).not.toHaveProperty('facts.audio.valence')
  expect(records[0]).not.toHaveProperty('facts.audio.energy')
})

test('a folder or zip of documents is one line of the report', async () => {
  const files = { [`00/${MBID}-0.json`]: LOW, [`00/${OTHER}-0.json`]: LOW }
  for (const path of [folderOf(files), await zipOf(files, 'dump.zip')]) {
    const { records, report } = await importOne(path)
    expect(records.map((record) => record.kind === 'track' && record.track.mbid)).toEqual([MBID, OTHER])
    expect(report.files).toMatchObject([{ name: '2 files', rows: 2, kept: 2 }])
  }
})

test('documents one a line, and the answer of the old API, are read', async () => {
  const lines = [JSON.stringify(LOW), JSON.stringify({ mbid: OTHER, ...HIGH }), '{"lowlevel": {}}'].join('\n')
  const { records, report } = await importOne(fileOf('dump.jsonl', lines))
  expect(records.map((record) => record.kind === 'track' && record.track.mbid)).toEqual([MBID, OTHER])
  expect(report.files[0]?.left).toEqual({ 'no metadata': 1 })
  const api = await importOne(fileOf('answer.json', { [OTHER]: { 0: LOW } }))
  expect(api.records).toMatchObject([{ track: { mbid: OTHER } }])
})

test('the feature dumps give tempo, key and mode of the first submission', async () => {
  const rhythm = `mbid,submission_offset,bpm,danceability,onset_rate\r\n${MBID},0,99.5,1.2,3\r\n${MBID},1,50,1,1\r\n`
  const tonal = `mbid,submission_offset,key_key,key_scale,tuning_frequency\r\n${MBID},0,Bb,major,440\r\n`
  const lowlevel = `mbid,submission_offset,average_loudness\r\n${MBID},0,0.9\r\n`
  const { records, report } = await importOne(
    folderOf({
      'acousticbrainz-lowlevel-features-20220623-rhythm.csv': rhythm,
      'acousticbrainz-lowlevel-features-20220623-tonal.csv': tonal,
      'acousticbrainz-lowlevel-features-20220623-lowlevel.csv': lowlevel,
    }),
  )
  expect(records).toEqual([
    { kind: 'track', track: { mbid: MBID }, facts: { source: 'acousticbrainz', audio: { tempo: 99.5 } } },
    {
      kind: 'track',
      track: { mbid: MBID },
      facts: { source: 'acousticbrainz', audio: { key: 10, mode: 1 } },
    },
  ])
  expect(report.files.map((file) => file.left)).toEqual([{ 'no metadata': 1 }, { duplicate: 1 }, {}])
})
