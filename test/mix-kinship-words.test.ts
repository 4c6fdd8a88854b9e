import { describe, expect, it } from 'vitest'
import type { Kinship } from '../src/core/kinship.ts'
import type { Reason } from '../src/core/mix.ts'
import { type KinshipFacts, kinshipFacts, kinshipReason } from '../src/mix/kinship-words.ts'

const NOTHING: Kinship = { seed: 0, artist: 0, like: 0, publicPlaylists: 0, ownPlaylists: 0 }
const facts = (kinship: Partial<Kinship>, more: Partial<KinshipFacts> = {}): KinshipFacts => ({
  kinship: { ...NOTHING, ...kinship },
  artist: 'Bob',
  seed: { title: 'One', artist: 'Ada' },
  likeArtist: 'Ada',
  tags: [],
  from: { title: 'One', kind: 'track' },
  ...more,
})
const said = (...given: Parameters<typeof facts>) => kinshipFacts(facts(...given)).map(({ text }) => text)
const LIST = { from: { title: 'My list', kind: 'playlist' } } as const
const USUAL: Reason = { kind: 'finished', text: 'you finished both plays' }

describe('what ties a track to where a mix starts', () => {
  it('is said of each thing that they share', () => {
    expect(said({ artist: 1 })).toEqual(['by Bob as well'])
    expect(said({ artist: 0.6 }, LIST)).toEqual(['by Bob, also on "My list"'])
    expect(said({ artist: 1 }, { from: { title: 'Bob', kind: 'artist' } })).toEqual(['by Bob'])
    expect(said({ sound: 0.05 })).toEqual(['almost the same in sound as One'])
    const unnamed = { seed: { title: '', artist: '' } }
    expect(said({ sound: 0.05 }, unnamed)).toEqual(['almost the same in sound'])
    expect(said({ publicPlaylists: 1 }, unnamed)).toEqual(['on 1 playlist with it'])
    expect(said({ sound: 0.3 })).toEqual(['very close in sound to One'])
    expect(said({ sound: 0.6 }, LIST)).toEqual(['close in sound to One by Ada'])
    expect(said({ publicPlaylists: 1 })).toEqual(['on 1 playlist with One'])
    expect(said({ publicPlaylists: 3 }, LIST)).toEqual(['on 3 playlists with songs of "My list"'])
    expect(said({ publicPlaylists: 2, ownPlaylists: 1 })).toEqual([
      'on 1 playlist of yours and 2 playlists of others with One',
    ])
    expect(said({ like: 0.5 })).toEqual(['by Bob, whose songs sound like those of Ada'])
    expect(said({ like: 0.5 }, { tags: ['house'] })[0]).toBe('by Bob, an artist like Ada')
    expect(said({}, { tags: ['grunge', 'rock', 'old'] })).toEqual(['tagged grunge and rock too'])
  })

  it('is nothing where nothing is shared, or too little', () => {
    expect(said({})).toEqual([])
    expect(said({ sound: 1.5, like: 0.1 })).toEqual([])
    expect(said({ artist: 1, like: 1 }, { artist: '' })).toEqual([])
  })

  it('puts standing on playlists before the sound only where that is often', () => {
    const order = (publicPlaylists: number) =>
      kinshipFacts(facts({ publicPlaylists, sound: 0.2 })).map(({ kind }) => kind)
    expect(order(1)).toEqual(['near', 'together'])
    expect(order(3)).toEqual(['together', 'near'])
  })
})

describe('the reason in a mix that starts from something', () => {
  it('holds the two strongest ties', () => {
    const all = facts({ artist: 1, sound: 0.2, publicPlaylists: 1 }, { tags: ['rock'] })
    expect(kinshipReason(all, 'new', false, USUAL)).toEqual({
      kind: 'artist',
      text: 'by Bob as well, and very close in sound to One',
    })
  })

  it('adds what the listener did with a track that they know', () => {
    expect(kinshipReason(facts({ sound: 0.2 }), 'familiar', false, USUAL).text).toBe(
      'very close in sound to One; you finished both plays',
    )
  })

  it('says that an exploration is one, and is the usual one where nothing ties', () => {
    expect(kinshipReason(facts({ sound: 0.2 }), 'new', true, USUAL)).toEqual({
      kind: 'exploration',
      text: 'a deliberate exploration: we are unsure, and it is very close in sound to One',
    })
    expect(kinshipReason(facts({}), 'new', true, USUAL)).toBe(USUAL)
  })
})
