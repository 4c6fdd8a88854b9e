import { describe, expect, test } from 'vitest'
import { songTitle } from '../src/library/songs.ts'

describe('one song', () => {
  test.each([
    'Low Tide - Live',
    'Low Tide (Live)',
    'Low Tide - Live in Ulm',
    'Low Tide (Live at The Hall, 1999)',
    'Low Tide - Live at The Hall - 1999',
    'Low Tide – Remastered 2011',
    'Low Tide - 2011 Remaster',
    'Low Tide - 2011 Remastered Version',
    'Low Tide (Remastered) [Live]',
    'Low Tide - Live / 2011 Remaster',
    'Low Tide - Nia Vale Remix',
    'Low Tide (Nia Vale’s Club Mix)',
    'Low Tide - Radio Edit',
    'Low Tide - Edit',
    'Low Tide - Extended',
    'Low Tide (Extended Mix)',
    'Low Tide (Acoustic)',
    'Low Tide - Acoustic Version',
    'Low Tide - Mono',
    'Low Tide (Stereo Mix)',
    'Low Tide - Demo',
    'Low Tide - Bonus Track',
    'Low Tide (Deluxe Edition)',
    'Low Tide (Taylor’s Version)',
    'Low Tide (feat. Nia Vale)',
    'Low Tide feat. Nia Vale',
    'Low Tide ft. Nia Vale - Remix',
    'Low Tide (with Nia Vale) [Remix]',
    'LOW TIDE - Sped Up',
  ])('is "%s" and the plain title', (title) => {
    expect(songTitle(title)).toBe('low tide')
  })

  test('keeps its part in every version', () => {
    const part = songTitle('Symphony No. 5 - II. Andante')
    expect(songTitle('Symphony No. 5 - II. Andante (Live)')).toBe(part)
    expect(songTitle('Symphony No. 5 - II. Andante - 2011 Remaster')).toBe(part)
    expect(songTitle('Tide (Part 2) - Live')).toBe(songTitle('Tide (Part 2)'))
  })
})

describe('two songs', () => {
  test.each([
    ['Symphony No. 5 - II. Andante', 'Symphony No. 5 - III. Scherzo'],
    ['Symphony No. 5 - II. Andante, 1888 version', 'Symphony No. 5 - III. Scherzo, 1888 version'],
    ['Suite - Prelude', 'Suite - Gigue'],
    ['Tide (Part 1)', 'Tide (Part 2)'],
    ['Tide, Pt. I', 'Tide, Pt. II'],
    ['Tide - Pt. I', 'Tide - Pt. II'],
    ['Tide (Live, Pt. 1)', 'Tide (Live, Pt. 2)'],
    ['Tide (Part 1) (Live)', 'Tide (Part 2) (Live)'],
    ['Tide', 'Tide (Interlude)'],
    ['Tide', 'Tide (Reprise)'],
    ['Tide', 'Tide (Live Your Life)'],
    ['Tide', 'Tide - Original'],
    ['Tide', 'Tide (1999)'],
    ['Tide', 'Tide Avenue'],
    ['Dance', 'Dance With Me'],
    ['(Never) Again', '(Always) Again'],
    ['(Live)', '(Remix)'],
  ])('are "%s" and "%s"', (one, other) => {
    expect(songTitle(one)).not.toBe(songTitle(other))
  })
})
