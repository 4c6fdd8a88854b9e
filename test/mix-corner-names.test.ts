import { describe, expect, it } from 'vitest'
import type { LovedTrackRow } from '../src/core/described-listener.ts'
import { cornerNames, type TrackCharacter } from '../src/mix/corner-names.ts'
import { oneLine } from '../src/mix/one-line.ts'
import { descriptionFor } from '../src/mix/recipe.ts'
import { findRecipe } from '../src/mix/recipes.ts'

interface Loved extends Partial<TrackCharacter> {
  readonly cluster: number
  readonly weight?: number
  readonly times?: number
}

/** What the corners of a taste of these tracks are called. */
function named(tracks: readonly Loved[], corners = 1 + Math.max(...tracks.map(({ cluster }) => cluster))) {
  const each = tracks.flatMap((track) => Array.from({ length: track.times ?? 1 }, () => track))
  const loved: LovedTrackRow[] = each.map(({ cluster, weight = 1 }, row) => ({ row, weight, cluster }))
  return cornerNames(loved, corners, (row) => ({ artist: '', tags: [], sound: {}, ...each[row] }))
}

describe('the name of a corner', () => {
  it('is its two most loved artists and the tag that sets it apart', () => {
    const names = named([
      { cluster: 0, artist: 'Opal', tags: ['rock', 'shoegaze'], times: 5 },
      { cluster: 0, artist: 'Quartz', tags: ['rock', 'shoegaze'], times: 4 },
      { cluster: 0, artist: 'Onyx', tags: ['rock'], times: 3 },
      { cluster: 1, artist: 'Slate', tags: ['rock', 'grunge'], times: 3, weight: 2 },
      { cluster: 1, artist: 'Marble', tags: ['rock'], times: 4 },
    ])
    expect(names).toEqual(['Opal, Quartz and shoegaze', 'Slate, Marble and grunge'])
  })

  it('gives an artist to the corner that has most of them, so that no two corners are called alike', () => {
    const names = named([
      { cluster: 0, artist: 'Opal', times: 6 },
      { cluster: 0, artist: 'Quartz', times: 2 },
      { cluster: 1, artist: 'Opal', times: 5 },
      { cluster: 1, artist: 'Slate', times: 1 },
    ])
    expect(names).toEqual(['Opal and Quartz', 'Slate'])
  })

  it('does not call a corner by a tag that few of its songs have', () => {
    expect(
      named([
        { cluster: 0, artist: 'Opal', tags: ['pop'] },
        { cluster: 0, artist: 'Opal', tags: ['polka'] },
        { cluster: 0, artist: 'Opal', tags: ['jazz'] },
        { cluster: 0, artist: 'Opal', tags: ['soul'] },
      ]),
    ).toEqual(['Opal'])
  })

  it('says in words how it sounds where it has no tags, if that is clearly other than the rest of the taste', () => {
    const calm = { energy: -1.5, acousticness: 0.4 }
    const loud = { energy: 0.5, acousticness: 0.4 }
    expect(
      named([
        { cluster: 0, artist: 'Slate', sound: loud, times: 6 },
        { cluster: 1, artist: 'Opal', sound: calm, times: 3 },
      ]),
    ).toEqual(['Slate and lively songs', 'Opal and calm songs'])
    expect(named([{ cluster: 0, artist: 'Slate', sound: loud, times: 6 }])).toEqual(['Slate'])
  })

  it('says how they sound of corners that have the same tag', () => {
    expect(
      named([
        { cluster: 0, artist: 'Slate', tags: ['pop'], sound: { energy: 0.1 }, times: 6 },
        { cluster: 1, artist: 'Opal', tags: ['pop'], sound: { energy: -1.5 }, times: 3 },
      ]),
    ).toEqual(['Slate and lively songs', 'Opal and calm songs'])
  })

  it('is empty where nothing is known, and for a corner without loved tracks', () => {
    expect(named([{ cluster: 0, times: 3 }], 2)).toEqual(['', ''])
    expect(named([{ cluster: 0, sound: { energy: Number.NaN } }])).toEqual([''])
    expect(cornerNames([], 0, () => ({ artist: 'Opal', tags: [], sound: {} }))).toEqual([])
  })

  it('does not hang on the order of artists loved alike', () => {
    const [a, b] = [
      { cluster: 0, artist: 'Opal' },
      { cluster: 0, artist: 'Quartz' },
    ]
    expect(named([a, b])).toEqual(named([b, a]))
  })

  it('is one line whatever the files say: long names are cut between characters, none can turn what follows around', () => {
    const family = '👨‍👩‍👧‍👦'
    expect(oneLine(`a\u202Eb\nc\td`, 32)).toBe('a b c d')
    expect(oneLine(family.repeat(40), 3)).toBe(`${family.repeat(3)}…`)
    expect(oneLine('<b>Opal</b> & Sons', 32)).toBe('<b>Opal</b> & Sons')
    const [name] = named([{ cluster: 0, artist: `Op\nal ${'long '.repeat(30)}` }])
    expect(name).toMatch(/^Op al [long ]+…$/)
    expect(name!.length).toBeLessThan(40)
    expect(named([{ cluster: 0, artist: 'فيروز' }])).toEqual(['فيروز'])
  })
})

describe('what a mix is said to hold', () => {
  const listener = (plays: number) => ({
    known: [4],
    trackHistory: () => ({
      ...{ plays, finishes: plays, skips: 0, saved: false, liked: true },
      ...{ firstPlayedAt: Number.NaN, lastPlayedAt: Number.NaN },
    }),
  })

  it.each(['daily-1', 'daily-4', 'deep-cuts', 'rediscover'])(
    'says nothing of finishing or playing to somebody of whom only likes are known: %s',
    (name) => {
      const recipe = findRecipe(name)
      expect(descriptionFor(recipe, listener(0))).toMatch(/you like/)
      expect(descriptionFor(recipe, listener(0))).not.toMatch(/finish|have not played|never played/)
      expect(descriptionFor(recipe, listener(2))).toBe(recipe.description)
    },
  )
})
