import { expect, it } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { trainTaste } from '../src/learn/taste-train.ts'
import { tasteWorld } from './suites/taste-worlds.ts'

const settings = { seed: 1, width: 32, rounds: 10 }

it('content is switched on where it tells what listeners love, and left-out listeners are served far better than by what is popular', async () => {
  const world = tasteWorld({ listeners: 150, events: 30 })
  const { choice, trained } = await trainTaste(world, settings, silent)
  const [popular, content] = choice.trials
  expect(choice.plan).toBeDefined()
  expect(content!.gain!.difference.ci95[0]).toBeGreaterThan(0)
  expect(content!.ndcg.mean).toBeGreaterThan(popular!.ndcg.mean * 2)
  expect(choice.sentence).toContain('30 listeners who were left out')
  await trained!.model.close()
}, 300_000)

it('ids are switched on where nothing is told of tracks but who heard them', async () => {
  const world = tasteWorld({ listeners: 250, events: 30, genres: 4, artists: 5, tracks: 5, told: false })
  const { choice, trained } = await trainTaste(world, settings, silent)
  expect(choice.trials.map(({ level }) => level)).toEqual(['popularity', 'ids', 'attention'])
  expect(choice.plan!.ids).toBe(true)
  await trained!.model.close()
}, 300_000)

it('nothing is switched on where listeners play at random', async () => {
  const world = tasteWorld({ listeners: 100, events: 20, genres: 1, artists: 20, tracks: 5 })
  const { choice, trained } = await trainTaste(world, { ...settings, rounds: 3 }, silent)
  expect(choice.chosen).toBe('popularity')
  expect(trained).toBeUndefined()
}, 300_000)
