import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Mix, MixTrack } from '../src/core/mix.ts'
import { silent } from '../src/core/progress.ts'
import type { Track } from '../src/core/track.ts'
import { train } from '../src/learn/train.ts'
import { RECIPES } from '../src/mix/recipes.ts'
import { recommend } from '../src/recommend.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'

const DAY = 86_400_000
const SEEDS = [1]
const NAMES = RECIPES.filter(({ startsFrom }) => !startsFrom).map(({ name }) => name)

let invented: Awaited<ReturnType<typeof inventedEngine>>
let ada: number
/** Tracks of three artists that mixes are full of; the catalog has other versions of them and guest parts of the artists. */
let [disliked, snoozed, banned]: Track[] = []
let before: Mix[]

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 300, years: 0.3 })
  await train(invented.engine.library, { listener: 'ada', seed: 1 }, silent)
  ada = (await invented.engine.library.listeners.get('ada')).id
  const { tracks } = await draw('on-repeat')
  const byArtist = [...new Map(tracks.map(({ track }) => [track.artist, track])).values()]
  ;[disliked, snoozed, banned] = byArtist
  await invented.put(
    'me',
    [...versionsOf(disliked!), ...versionsOf(snoozed!), ...versionsOf(banned!)],
    'catalog',
  )
  before = await today()
})
afterAll(() => invented.close())

/** Versions of a track, and tracks of others on which its artist is a guest; all sound like the track. */
function versionsOf({ title, artist, spotify }: Track) {
  const { facts } = invented.world.tracks[invented.world.rowOf(spotify!)!]!
  return [
    { title: `${title} - Live`, artist },
    { title: `${title} (Acoustic)`, artist },
    { title: `Guests of ${artist} (feat. ${artist})`, artist: `Host of ${artist}` },
    { title: 'Shared', artist: `${artist} & Somebody` },
  ].map((track) => ({ kind: 'track' as const, track, facts: { ...facts, popularity: 100 } }))
}

const draw = async (recipe: string, seed?: number): Promise<Mix> => {
  const query = { listener: 'ada', recipe, n: 60, at: invented.clock.at }
  return (await recommend({ ...query, ...(seed === undefined ? {} : { seed }) }, invented.engine)).mix
}

async function today(): Promise<Mix[]> {
  const mixes: Mix[] = []
  for (const name of NAMES) mixes.push(await draw(name))
  return mixes
}

/** Every track that any recipe gives today and in many other draws. */
async function everything(): Promise<MixTrack[]> {
  const mixes = await today()
  for (const name of NAMES) for (const seed of SEEDS) mixes.push(await draw(name, seed))
  return mixes.flatMap(({ tracks }) => tracks)
}

const say = (kind: 'dislike' | 'snooze' | 'never', { id, artist }: Track, until?: number) =>
  invented.engine.library.feedback.say(ada, {
    kind,
    identifier: kind === 'never' ? 0 : id,
    artist: kind === 'never' ? artist : '',
    ...(until === undefined ? {} : { until }),
  })
const undo = () => invented.engine.library.feedback.undo(ada, 'ada')

const versions = (tracks: readonly MixTrack[], { title, artist }: Track) =>
  tracks.filter(({ track }) => track.artist === artist && track.title.startsWith(title))
const credits = (tracks: readonly MixTrack[], { artist }: Track) =>
  tracks.filter(({ track }) => track.artist.includes(artist) || track.title.includes(artist))

describe('a no, in every recipe and many draws', () => {
  it('finds in the mixes before it what it is about', async () => {
    const tracks = await everything()
    expect(versions(tracks, disliked!).length).toBeGreaterThan(1)
    expect(versions(tracks, snoozed!).length).toBeGreaterThan(1)
    expect(new Set(credits(tracks, banned!).map(({ track }) => track.artist)).size).toBeGreaterThan(1)
  })

  it('holds from the next mix on, for every version, track and guest part, and in the reasons of others', async () => {
    await say('dislike', disliked!)
    await say('snooze', snoozed!, NOW + 7 * DAY)
    await say('never', banned!)
    const tracks = await everything()
    expect(tracks.length).toBeGreaterThan(200)
    expect(versions(tracks, disliked!)).toEqual([])
    expect(versions(tracks, snoozed!)).toEqual([])
    expect(credits(tracks, banned!)).toEqual([])
    const reasons = tracks.map(({ reason }) => reason.text)
    expect(reasons.filter((text) => text.includes(`${disliked!.title} by ${disliked!.artist}`))).toEqual([])
    expect(reasons.filter((text) => text.includes(`by ${banned!.artist}`))).toEqual([])
  })

  it('still holds the day before a snooze ends, and then the track may come back', async () => {
    invented.clock.at = NOW + 7 * DAY - 1
    expect(versions(await everything(), snoozed!)).toEqual([])
    invented.clock.at = NOW + 7 * DAY
    const tracks = await everything()
    expect(versions(tracks, snoozed!).length).toBeGreaterThan(0)
    expect(versions(tracks, disliked!)).toEqual([])
    expect(credits(tracks, banned!)).toEqual([])
    invented.clock.at = NOW
  })

  it('is gone when it is undone: the mixes are those of before, the last saying first', async () => {
    await undo()
    const tracks = await everything()
    expect(credits(tracks, banned!).length).toBeGreaterThan(0)
    expect(versions(tracks, disliked!)).toEqual([])
    await undo()
    await undo()
    expect(await today()).toEqual(before)
    await expect(undo()).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' })
  })
})
