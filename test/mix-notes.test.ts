import { describe, expect, it } from 'vitest'
import type { ScoredCandidate, Slate, SlateTrack } from '../src/core/candidate.ts'
import type { DescribedListener } from '../src/core/described-listener.ts'
import { type NoteFacts, notesOn } from '../src/mix/notes.ts'
import { findRecipe } from '../src/mix/recipes.ts'

const AT = Date.UTC(2024, 5, 20)

const listener: DescribedListener = {
  name: 'ada',
  at: AT,
  asOf: AT,
  known: [],
  excluded: { rows: new Set(), artists: new Set() } as never,
  loved: [],
  clusters: 6,
  trackHistory: () => {
    throw new Error('not asked for')
  },
  artistHistory: () => {
    throw new Error('not asked for')
  },
  clusterOf: () => 0,
  refusal: () => undefined,
}

function slateOf(count: number, familiarity: 'familiar' | 'new' = 'familiar'): Slate {
  const pool = Array.from(
    { length: count },
    (_, i) => ({ row: i, trackId: i, familiarity }) as ScoredCandidate,
  )
  const tracks = pool.map((candidate): SlateTrack => {
    return { candidate, propensity: 1, prefixPropensity: 1, explored: false, relaxed: [] }
  })
  const policy = { name: 'mixture', temperature: 1, floor: 0 } as const
  return { tracks, pool, pattern: pool.map(() => familiarity), patternPropensity: 1, policy }
}

const notes = (facts: Partial<NoteFacts>) =>
  notesOn({
    recipe: findRecipe('daily-1'),
    listener,
    slate: slateOf(10, 'new'),
    n: 10,
    unheard: 100,
    artistGap: 8,
    failed: [],
    ...facts,
  })

describe('the notes on a mix', () => {
  it('are none when nothing needs a word', () => {
    expect(notes({})).toEqual([])
  })

  it('ask somebody of whom nothing is known for a few likes, also where a model of everybody serves', () => {
    const said = notes({ recipe: findRecipe('first'), trained: true }).join(' ')
    expect(said).toMatch(/Nothing is known of your taste yet/)
  })

  it('say that songs of one artist stand close, when the widest gap is small and when one had to give way', () => {
    expect(notes({ artistGap: 3 })).toEqual([])
    expect(notes({ artistGap: 2 }).join()).toMatch(/Some songs of one artist stand closer/)
    const slate = slateOf(10, 'new')
    const gave = {
      ...slate,
      tracks: slate.tracks.map((track, i) => (i ? track : { ...track, relaxed: ['artist-gap'] })),
    }
    expect(notes({ slate: gave }).join()).toMatch(/Some songs of one artist stand closer/)
  })

  it('say that discovery needs a catalog when nothing is unheard, and only for mixes that discover', () => {
    expect(notes({ unheard: 0, slate: slateOf(10) }).join()).toMatch(/^Discovery needs a catalog/)
    expect(notes({ unheard: 0, slate: slateOf(10), recipe: findRecipe('rediscover') })).toEqual([])
  })

  it('look at what could be drawn: a short list without a new song is no lack of new songs', () => {
    const slate = slateOf(10, 'new')
    const unlucky = { ...slate, tracks: slateOf(1).tracks }
    expect(notes({ slate: unlucky, n: 1 })).toEqual([])
    expect(notes({ slate: slateOf(10) }).join()).toMatch(/No song that is new to you fits this mix/)
  })

  it('say why a list is short: none fit, no more fit, or a mix holds no more', () => {
    expect(notes({ slate: slateOf(0, 'new') }).at(-1)).toBe('No song fits this mix yet.')
    expect(notes({ n: 12 })).toEqual(['10 of 12 songs: no more fit this mix.'])
    expect(notes({ slate: slateOf(256, 'new'), n: 300 })).toEqual(['256 of 300 songs: a mix holds no more.'])
  })

  it('say which corner is missing, which source failed, and which novelty a recipe cannot have', () => {
    expect(notes({ listener: { ...listener, clusters: 1 }, recipe: findRecipe('daily-2') }).join()).toMatch(
      /Your taste shows 1 corner so far, so there is no daily-2/,
    )
    expect(notes({ failed: ['nearest'] })).toEqual(['Made without nearest, which failed.'])
    expect(notes({ recipe: findRecipe('deep-cuts'), novelty: 0.2 }).join()).toMatch(
      /holds only songs that are new/,
    )
  })

  it('say when the history is old, and as of when the mix is made', () => {
    expect(notes({ listener: { ...listener, at: AT + 29 * 86_400_000 } })).toEqual([])
    expect(notes({ listener: { ...listener, at: AT + 40 * 86_400_000 } }).join()).toMatch(
      /ends on 2024-06-20/,
    )
  })
})
