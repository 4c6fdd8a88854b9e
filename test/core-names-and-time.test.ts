import { describe, expect, test } from 'vitest'
import { localTimeIn } from '../src/core/clock.ts'
import { fold, nameKey, spotifyId } from '../src/core/track.ts'

describe('folding a name', () => {
  test.each([
    ['Low Tide', 'low tide'],
    ['  Low\t Tide\u00a0', 'low tide'],
    ['Don’t ‘Wait‘', "don't 'wait'"],
    ['Don´t Wait', "don't wait"],
    ['Don`t Wait', "don't wait"],
    ['“Hush”', '"hush"'],
    ['Self–Titled — Live', 'self-titled - live'],
    ['Beyonce\u0301', 'beyonc\u00e9'],
    ['Ｗｉｄｅ', 'wide'],
    ['Wait…', 'wait...'],
    ['', ''],
    [' ', ''],
  ])('%j is %j', (text, folded) => {
    expect(fold(text)).toBe(folded)
    expect(fold(folded)).toBe(folded)
  })

  test('keeps accents, punctuation and versions', () => {
    expect(fold('Café')).not.toBe(fold('Cafe'))
    expect(fold('Hush!')).not.toBe(fold('Hush'))
    expect(fold('Hush - Live')).not.toBe(fold('Hush'))
  })

  test('a name key keeps artist and title apart', () => {
    expect(nameKey('A', 'B C')).not.toBe(nameKey('A B', 'C'))
    expect(nameKey('THE HARBOUR', 'Low  Tide')).toBe(nameKey('The Harbour', 'low tide'))
  })
})

describe('a Spotify id', () => {
  const id = 'inventedTrack000000001'
  test.each([
    id,
    `spotify:track:${id}`,
    `https://open.spotify.com/track/${id}`,
    `http://open.spotify.com/intl-pt-BR/track/${id}?si=1#0:30`,
    `https://api.spotify.com/v1/tracks/${id}`,
  ])('is read from %s', (text) => expect(spotifyId(text)).toBe(id))

  test.each([
    '',
    `${id}0`,
    `spotify:episode:${id}`,
    `spotify:local:${id}`,
    `https://open.spotify.com/album/${id}`,
    `https://example.org/track/${id}`,
  ])('is not read from %s', (text) => expect(spotifyId(text)).toBeUndefined())
})

describe('local time', () => {
  const at = (zone: string, utc: string) => {
    const { hour, weekday, date } = localTimeIn(zone)(Date.parse(utc))
    return `${date} ${hour}h day ${weekday}`
  }

  test.each([
    ['in UTC', 'UTC', '2024-02-29T23:59:59.999Z', '2024-02-29 23h day 4'],
    ['east of it', 'Asia/Tokyo', '2024-02-29T15:00:00Z', '2024-03-01 0h day 5'],
    ['west of it', 'America/Los_Angeles', '2024-03-01T07:59:00Z', '2024-02-29 23h day 4'],
    ['in a half-hour zone', 'Asia/Kolkata', '2024-06-01T18:29:59Z', '2024-06-01 23h day 6'],
    ['a minute later', 'Asia/Kolkata', '2024-06-01T18:30:00Z', '2024-06-02 0h day 0'],
    ['in a quarter-hour zone', 'Asia/Kathmandu', '2024-06-01T18:14:59Z', '2024-06-01 23h day 6'],
    ['in a half-hour zone behind', 'America/St_Johns', '2024-01-01T03:29:59Z', '2023-12-31 23h day 0'],
    ['before the clocks go forward', 'Europe/Berlin', '2024-03-31T00:59:59Z', '2024-03-31 1h day 0'],
    ['after: two o’clock is skipped', 'Europe/Berlin', '2024-03-31T01:00:00Z', '2024-03-31 3h day 0'],
    ['before the clocks go back', 'Europe/Berlin', '2024-10-27T00:30:00Z', '2024-10-27 2h day 0'],
    ['after: two o’clock comes twice', 'Europe/Berlin', '2024-10-27T01:30:00Z', '2024-10-27 2h day 0'],
    [
      'where they change by half an hour',
      'Australia/Lord_Howe',
      '2024-04-06T15:30:00Z',
      '2024-04-07 2h day 0',
    ],
    ['on the day that Samoa left out', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31 0h day 6'],
    ['before the epoch', 'Europe/Berlin', '1969-12-31T23:30:00Z', '1970-01-01 0h day 4'],
  ])('%s', (_, zone, utc, local) => {
    expect(at(zone, utc)).toBe(local)
  })

  test('agrees with Intl at every hour of a year with two changes', () => {
    for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Africa/Casablanca']) {
      const local = localTimeIn(zone)
      const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', hour: '2-digit' })
      for (let at = Date.UTC(2024, 0, 1, 0, 30); at < Date.UTC(2025, 0, 1); at += 7 * 3_600_000)
        expect(local(at).hour).toBe(Number(format.format(at)))
    }
  })

  test('refuses a zone that does not exist', () => {
    expect(() => localTimeIn('Europe/Atlantis')).toThrow(RangeError)
  })
})
