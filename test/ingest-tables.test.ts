import { expect, test } from 'vitest'
import { firstArtist } from '../src/ingest/exportify.ts'
import { fileOf, id, importOne } from './suites/export-files.ts'

const FEATURES =
  'danceability,energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,tempo,duration_ms,time_signature'
const VALUES = '0.5,0.6,7,-6.5,1,0.05,0.1,0,0.2,0.7,120.5,200000,4'
const AUDIO = {
  danceability: 0.5,
  energy: 0.6,
  key: 7,
  loudness: -6.5,
  mode: 1,
  speechiness: 0.05,
  acousticness: 0.1,
  instrumentalness: 0,
  liveness: 0.2,
  valence: 0.7,
  tempo: 120.5,
  duration_ms: 200_000,
  time_signature: 4,
}

const table = (header: string, ...rows: readonly string[]) =>
  fileOf('songs.csv', [header, ...rows, ''].join('\n'))

test('a catalog row gives ids, names and the 13 features', async () => {
  const { records, report } = await importOne(
    table(`track_id,name,artist,${FEATURES}`, `${id(1)},Harbour Lights,The Invented,${VALUES}`),
  )
  expect(report).toMatchObject({ format: 'catalog', files: [{ rows: 1, kept: 1, left: {}, badValues: 0 }] })
  expect(records).toEqual([
    {
      kind: 'track',
      track: { spotify: id(1), title: 'Harbour Lights', artist: 'The Invented' },
      facts: { source: 'spotify', audio: AUDIO },
    },
  ])
})

test('empty cells and zeros that mean "not detected" are missing; impossible values are missing and counted', async () => {
  const { records, report } = await importOne(
    table(
      `track_id,${FEATURES}`,
      `${id(1)},,NaN,12,-6.5,1,1.5,abc,0,0.2,0.7,0,200000,0`,
      `${id(2)},0.5,0.6,7.5,-6.5,2,0.05,0.1,0,0.2,Infinity,120,-5,4.0`,
    ),
  )
  expect(records.map((record) => record.kind === 'track' && record.facts.audio)).toEqual([
    { loudness: -6.5, mode: 1, instrumentalness: 0, liveness: 0.2, valence: 0.7, duration_ms: 200_000 },
    {
      danceability: 0.5,
      energy: 0.6,
      loudness: -6.5,
      speechiness: 0.05,
      acousticness: 0.1,
      instrumentalness: 0,
      liveness: 0.2,
      tempo: 120,
      time_signature: 4,
    },
  ])
  expect(report.files[0]?.badValues).toBe(3 + 4)
})

test('an unnamed first column is the title where no other column is', async () => {
  const { records } = await importOne(
    table(
      '"",danceability,energy,tempo,id,uri',
      `Harbour Lights,0.5,0.6,120,${id(1)},spotify:track:${id(1)}`,
    ),
  )
  expect(records).toMatchObject([{ track: { spotify: id(1), title: 'Harbour Lights' } }])
})

test('an unnamed first column that numbers the rows is no title', async () => {
  const { records } = await importOne(
    table(
      ',danceability,target,song_title,artist',
      '0,0.5,1,Harbour Lights,The Invented',
      '1,0.4,0,Night Bus,B',
    ),
  )
  expect(records).toMatchObject([{ track: { title: 'Harbour Lights', artist: 'The Invented' } }, {}])
  await expect(
    importOne(table(',danceability,energy,tempo,target', '0,0.5,0.6,120,1', '1,0.4,0.6,120,0')),
  ).rejects.toMatchObject({ code: 'CSV_NO_NAMES' })
})

test('playlist and genre columns give playlist items, genres, popularity and year', async () => {
  const header =
    'track_id,track_name,track_artist,track_popularity,track_album_release_date,playlist_name,playlist_id,playlist_genre,playlist_subgenre,energy'
  const { records } = await importOne(
    table(
      header,
      `${id(1)},Harbour Lights,The Invented,66,2019-06-14,Pop,p1,pop,Dance Pop,0.5`,
      `${id(2)},Night Bus,B,300,2012,Pop,p2,rap,rap,0.5`,
    ),
  )
  expect(records).toMatchObject([
    { kind: 'track', facts: { popularity: 66, year: 2019, genres: ['pop', 'dance pop'] } },
    { kind: 'playlist-item', playlist: 'Pop', track: { spotify: id(1) } },
    { kind: 'track', facts: { year: 2012, genres: ['rap'] } },
    { kind: 'playlist-item', playlist: 'Pop (2)' },
  ])
  expect(records[2]).not.toHaveProperty('facts.popularity')
})

test('an archive of playlists gives items with dates, lengths, and the first of several artists', async () => {
  const { records } = await importOne(
    table(
      'playlist_id,playlist_name,track_id,title,artists,album,length_s,added,removed',
      `p1,Hits,${id(1)},Harbour Lights,The Invented; Guest,First,227,2020-10-20,2020-11-03`,
      `p1,Hits,${id(2)},Night Bus,"Tyler, The Inventor",First,200,,`,
    ),
  )
  const facts = { source: 'spotify', audio: { duration_ms: 227_000 } }
  expect(records).toMatchObject([
    { kind: 'track', track: { artist: 'The Invented', album: 'First' }, facts },
    { kind: 'playlist-item', playlist: 'Hits', addedAt: Date.UTC(2020, 9, 20) },
    { kind: 'track', track: { artist: 'Tyler, The Inventor' } },
    { kind: 'playlist-item' },
  ])
  expect(records[3]).not.toHaveProperty('addedAt')
})

test('quotes, line breaks in cells, CRLF, semicolons and a byte order mark are read', async () => {
  const text = `\ufeffname;artist;energy\r\n"Say ""Hi""; twice";"Two\r\nLines";0.5\r\n\r\nPlain;B;0.25\r\n`
  const { records } = await importOne(fileOf('songs.csv', text))
  expect(records).toMatchObject([
    { track: { title: 'Say "Hi"; twice', artist: 'Two\r\nLines' }, facts: { audio: { energy: 0.5 } } },
    { track: { title: 'Plain', artist: 'B' }, facts: { audio: { energy: 0.25 } } },
  ])
})

test('a table larger than one read is split where its rows end', async () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, i) => `"Song, ""number"" ${i} – ünïcödé",The Invented,${(i % 100) / 100}`,
  )
  const { records } = await importOne(table('title,artist,energy', ...rows))
  expect(records).toHaveLength(20_000)
  expect(
    records.every((r, i) => r.kind === 'track' && r.track.title === `Song, "number" ${i} – ünïcödé`),
  ).toBe(true)
})

test('rows without id and title, and rows of another width, are left out', async () => {
  const { report } = await importOne(table('id,name,energy', `${id(1)},A,0.5`, '17,,0.5', 'x,y'))
  expect(report.files[0]).toMatchObject({ rows: 3, kept: 1, left: { 'no metadata': 1, 'wrong types': 1 } })
})

const NET =
  'Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature'
const NET_ROW = `spotify:track:${id(1)},"Harbour Lights",First,"The Invented",2019,200000,50,false,someone,2023-05-06T07:08:09Z,"indie,folk",Label,0.5,0.6,7,-6.5,1,0.05,0.1,0,0.2,0.7,120.5,4`

test('liked songs of Exportify are likes with their date, and bring features', async () => {
  const { records, report } = await importOne(fileOf('Liked_Songs.csv', `${NET}\n${NET_ROW}\n`))
  expect(report.format).toBe('exportify')
  expect(records).toEqual([
    {
      kind: 'track',
      track: { spotify: id(1), title: 'Harbour Lights', artist: 'The Invented', album: 'First' },
      facts: { source: 'spotify', audio: AUDIO, year: 2019, popularity: 50, genres: ['indie', 'folk'] },
    },
    { kind: 'like', track: expect.anything(), at: Date.UTC(2023, 4, 6, 7, 8, 9) },
  ])
})

test('any other Exportify file is a playlist named like the file', async () => {
  const { records } = await importOne(
    fileOf('road_trip.csv', `${NET}\n${NET_ROW.replace(/,0\.5,0\.6.*/, ',,,,,,,,,,,,')}\n`),
  )
  expect(records[1]).toMatchObject({ kind: 'playlist-item', playlist: 'road trip' })
  expect(records[0]).toHaveProperty('facts.audio', { duration_ms: 200_000 })
})

const GERMAN =
  'Track-URI,Track-Name,Künstler-URI(s),Künstlername(n),Album-URI,Album-Name,Album-Künstler-URI(s),Album-Künstlername(n),Veröffentlichungsdatum des Albums,Album-Bild-URL,Disc-Nummer,Track-Nummer,Track-Dauer (ms),Track-Vorschau-URL,Explizit,Beliebtheit,ISRC,Hinzugefügt von,Hinzugefügt am'
const SPANISH =
  'URI de la canción,Nombre de la canción,URI(s) del artista,Nombre(s) del artista,URI del álbum,Nombre del álbum,URI(s) del artista del álbum,Nombre(s) del artista del álbum,Fecha de lanzamiento del álbum,URL de la imagen del álbum,Número de disco,Número de la canción,Duración de la canción (ms),URL de vista previa de la canción,Explícito,Popularidad,ISRC,Añadido por,Añadido en'
const APP_ROW = `"spotify:track:${id(1)}","Harbour Lights","spotify:artist:a, spotify:artist:b","Tyler\\, The Inventor, Guest","spotify:album:x","First","spotify:artist:a","Tyler\\, The Inventor","2019-06-14","","1","2","200000","","false","50","QZABC1900001","spotify:user:someone","2023-05-06T07:08:09Z"`
const LOCAL_FEATURES =
  'Tanzbarkeit,Energie,Tonart,Lautstärke,Modus,Sprachanteil,Akustik,Instrumentalität,Lebendigkeit,Valenz,Tempo,Taktart'

test('the localised header of exportify.app is read by its order', async () => {
  const expected = {
    spotify: id(1),
    isrc: 'QZABC1900001',
    title: 'Harbour Lights',
    artist: 'Tyler, The Inventor',
    album: 'First',
  }
  for (const header of [GERMAN, SPANISH]) {
    const { records } = await importOne(fileOf('liked.csv', `${header}\n${APP_ROW}\n`))
    expect(records).toMatchObject([
      {
        kind: 'track',
        track: expected,
        facts: { audio: { duration_ms: 200_000 }, year: 2019, popularity: 50 },
      },
      { kind: 'like', at: Date.UTC(2023, 4, 6, 7, 8, 9) },
    ])
  }
})

test('the optional columns of exportify.app are told by their number', async () => {
  const audio = '"0.5","0.6","7","-6.5","1","0.05","0.1","0","0.2","0.7","120.5","4"'
  const { records } = await importOne(
    fileOf('mix.csv', `${GERMAN},Künstler-Genres,${LOCAL_FEATURES}\n${APP_ROW},"indie,folk",${audio}\n`),
  )
  expect(records[0]).toMatchObject({ facts: { audio: AUDIO, genres: ['indie', 'folk'] } })
})

test('joined artist names are split only where the ids prove the count', () => {
  expect(firstArtist('Tyler, The Inventor', undefined)).toBe('Tyler, The Inventor')
  expect(firstArtist('Tyler, The Inventor', 'spotify:artist:a')).toBe('Tyler, The Inventor')
  expect(firstArtist('One, Two', 'spotify:artist:a, spotify:artist:b')).toBe('One')
  expect(firstArtist('Tyler, The Inventor,Two', 'a,b')).toBe('Tyler, The Inventor')
  expect(firstArtist('Tyler\\, The Inventor, Two', 'a, b')).toBe('Tyler, The Inventor')
})
