import { expect, test } from 'vitest'
import { artistFacts, type KnownTracks } from '../src/features/artist-facts.ts'
import { soundInputs } from '../src/features/sound-inputs.ts'

/** Four tracks: Ada plays jazz (two, one said twice), Bob plays rock, and one of nobody. */
const TRACKS: KnownTracks = {
  artists: ['ada', 'ada', 'bob', ''],
  titles: ['one', 'two', 'three', 'four'],
  genres: [[0, 0], [0], [1], []],
  genreNames: ['jazz', 'rock'],
  popularity: Float64Array.of(50, Number.NaN, 20, 20),
  year: new Float64Array(4).fill(Number.NaN),
  sound: { names: ['energy'], values: Float64Array.of(1, 0.5, 0, Number.NaN), d: 1 },
}

function factsOf(artist: string, title: string) {
  const { names, values } = artistFacts(TRACKS, [{ artist, title }])
  return Object.fromEntries(names.map((name, j) => [name, values[j]!]))
}

test('genres are ratios to the catalog, drawn to it by three tracks', () => {
  const facts = factsOf('ada', 'new')
  expect(facts['artist: jazz']).toBeCloseTo(Math.log((3 / 0.75 + 3) / 6))
  expect(facts['artist: rock']).toBeCloseTo(Math.log(3 / 6))
  expect(facts['artist: genres known']).toBeCloseTo(Math.log(4))
})

test('the mean sound is that of the other titles, drawn to the catalog by one track', () => {
  const { sd } = { sd: Math.sqrt(1 / 6) }
  expect(factsOf('ada', 'new')['artist: energy']).toBeCloseTo(0.5 / sd / 3)
  expect(factsOf('ada', 'one')['artist: energy']).toBeCloseTo(0)
  expect(factsOf('ada', 'one')['artist: other tracks']).toBeCloseTo(Math.log(2))
})

test('popularity is drawn to the mean by two tracks; a column nobody states is none', () => {
  const facts = factsOf('ada', 'new')
  expect(facts['artist: popularity']).toBeCloseTo((50 + 2 * 30) / 3)
  expect(facts).not.toHaveProperty('artist: year')
})

test('an artist whom the catalog does not have, and none at all, are like the whole catalog', () => {
  for (const artist of ['eve', ''])
    expect(factsOf(artist, 'four')).toEqual({
      'artist: jazz': 0,
      'artist: rock': 0,
      'artist: genres known': 0,
      'artist: popularity': 30,
      'artist: energy': 0,
      'artist: other tracks': 0,
    })
})

test('shaped sound stays missing where it is missing, and other columns have no shape', () => {
  const rows = { values: Float64Array.of(0.5, 3, 4, Number.NaN, 1, 3), d: 3 }
  const { names, values } = soundInputs(['acousticness', 'mood', 'time_signature'], rows)
  expect(names).toEqual(['logit acousticness', 'four beats'])
  expect(Array.from(values)).toEqual([0, 1, Number.NaN, 0])
})
