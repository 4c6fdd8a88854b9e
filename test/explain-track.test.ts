import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { type Explanation, explainTrack } from '../src/explain.ts'
import { train } from '../src/learn/train.ts'
import { headSpread } from '../src/model/likability.ts'
import { inventedEngine, NOW } from './suites/invented-listener.ts'

let invented: Awaited<ReturnType<typeof inventedEngine>>
let favourite: number
let unheard: number

beforeAll(async () => {
  invented = await inventedEngine({ tracks: 300, years: 0.25 })
  await train(invented.engine.library, { listener: 'ada', seed: 1, preset: 'nano' }, silent)
  const { trackHistory, known } = await invented.engine.describe('ada', NOW)
  favourite = known.reduce((a, b) => (trackHistory(b).finishes > trackHistory(a).finishes ? b : a))
  const { catalog } = await invented.engine.model('ada')
  unheard = Array.from(catalog.trackId.keys()).find((row) => !known.includes(row))!
})
afterAll(() => invented.close())

const explained = (row: number) => explainTrack(invented.engine, 'ada', row)
const logOdds = (p: number) => Math.log(p / (1 - p))

describe('an explanation', () => {
  it('adds up from the average play to the likability, in log-odds, by groups and largest effect first', async () => {
    for (const row of [favourite, unheard]) {
      const { average, likability, contributions } = await explained(row)
      const sum = contributions.reduce((total, group) => total + group.logOdds, logOdds(average))
      expect(sum).toBeCloseTo(logOdds(likability), 6)
      const sizes = contributions.map((group) => Math.abs(group.logOdds))
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
    }
  })

  it('tells of each group how far the heads disagree on it, and of the likability too', async () => {
    const { contributions, uncertainty, likability } = await explained(unheard)
    // Nobody is listening: what was just listened to says nothing.
    for (const { group, logOdds, spread } of contributions)
      if (group === 'sitting') expect({ logOdds, spread }).toEqual({ logOdds: 0, spread: 0 })
      else expect(spread, group).toBeGreaterThan(0)
    expect(contributions).toHaveLength(6)
    const { heads, spread, usual, low, high } = uncertainty
    expect(heads).toBeGreaterThan(8)
    expect(spread).toBeGreaterThan(0)
    expect(usual).toBeGreaterThan(0)
    expect(low).toBeLessThan(likability)
    expect(high).toBeGreaterThan(likability)
    // Four fifths of a bell lie within 1.28 standard deviations of its middle.
    expect((high - low) / (2 * spread)).toBeGreaterThan(0.8)
    expect((high - low) / (2 * spread)).toBeLessThan(1.8)
  })

  it('calls usual the spread that half of the latest plays are under', async () => {
    const { likability, background } = await invented.engine.model('ada')
    const { usual } = (await explained(unheard)).uncertainty
    const { finish } = await likability.logits(background(false))
    const spreads = headSpread(finish, likability.heads)
    expect(spreads.length).toBeGreaterThan(20)
    const share = spreads.filter((spread) => spread < usual).length / spreads.length
    expect(share).toBeGreaterThan(0.45)
    expect(share).toBeLessThan(0.55)
  })

  it('names the strongest features of a group, and none that moves nothing', async () => {
    const { contributions } = await explained(favourite)
    const { features } = contributions.find(({ group }) => group === 'track')!
    expect(features.length).toBeGreaterThan(1)
    const sizes = features.map(({ logOdds }) => Math.abs(logOdds))
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
    for (const { name, logOdds } of contributions.flatMap((group) => group.features))
      expect(logOdds, name).not.toBe(0)
  })

  it('is the same when it is asked for again', async () => {
    expect(await explained(favourite)).toEqual(await explained(favourite))
  })

  it('tells what the listener did with the track and its artist', async () => {
    const { tally, plays } = invented.world.history(0)
    const { track, history, artist }: Explanation = await explained(favourite)
    const row = invented.world.rowOf(track.spotify!)!
    expect(history).toMatchObject(tally(row))
    expect(artist.name).toBe(track.artist)
    const ofArtist = plays.filter((play) => invented.world.tracks[play.track]!.ref.artist === track.artist)
    expect(artist.plays).toBe(ofArtist.length)
    expect((await explained(unheard)).history).toMatchObject({ plays: 0, finishes: 0, skips: 0 })
  })

  it('finds a favourite likelier than an average play', async () => {
    const { likability, average } = await explained(favourite)
    expect(likability).toBeGreaterThan(average)
  })

  it('is of the hour at which it is asked for, also when the plays ended long before', async () => {
    const timeAt = async (at: number) => {
      invented.clock.at = at
      const { average, likability, contributions } = await explained(favourite)
      const sum = contributions.reduce((total, group) => total + group.logOdds, logOdds(average))
      expect(sum).toBeCloseTo(logOdds(likability), 6)
      return contributions.find(({ group }) => group === 'time')!.logOdds
    }
    const later = NOW + 30 * 86_400_000
    try {
      expect(await timeAt(later)).not.toBe(await timeAt(later + 9 * 3_600_000))
    } finally {
      invented.clock.at = NOW
    }
  })

  it('says when a track is in no mix, and why', async () => {
    const { library } = invented.engine
    const { id } = await library.listeners.get('ada')
    const { track, refused } = await explained(favourite)
    expect(refused).toBeUndefined()
    await library.feedback.say(id, { kind: 'dislike', identifier: track.id, artist: '' })
    expect((await explained(favourite)).refused).toBe('disliked')
    await library.feedback.undo(id, 'ada')
  })

  it('can be told as JSON, and refuses a listener it does not know', async () => {
    const explanation = await explained(unheard)
    const told = JSON.parse(JSON.stringify(explanation)) as Explanation
    expect(told.contributions).toEqual(explanation.contributions)
    await expect(explainTrack(invented.engine, 'bob', unheard)).rejects.toMatchObject({
      code: 'UNKNOWN_LISTENER',
    })
  })
})
