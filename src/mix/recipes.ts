import type { DescribedListener } from '../core/described-listener.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { FlowWeights } from '../core/flow.ts'
import type { Recipe } from './recipe.ts'

/** Energy leads from one song to the next, then tempo, then key. */
const SMOOTH: FlowWeights = { tempo: 1, key: 0.5, energy: 1.5 }

/** Chosen on invented worlds that no figure is told of (docs/decisions/mixes.md). */
const BALANCED = 3

const CORNERS = ['largest', 'second', 'third', 'fourth', 'fifth', 'sixth']

/** What you finish in one corner of your taste, and about a third that is new and close to it. */
const daily = (number: number): Recipe => ({
  name: `daily-${number}`,
  title: `Daily mix ${number}`,
  description: `What you finish and songs new to you that are close to it, from the ${CORNERS[number - 1]} corner of your taste.`,
  ofLikes: `What you like and songs new to you that are close to it, from the ${CORNERS[number - 1]} corner of your taste.`,
  cluster: number - 1,
  sources: ['familiar', 'due', 'nearest', 'similar', 'artist', 'artist-circle', 'playlists', 'popular'],
  familiar: { minPlays: 2, minFinishRate: 0.5, savedIsEnough: true },
  newTracks: true,
  novelty: 0.3,
  flow: SMOOTH,
  temperature: 0.35,
  floor: 0.05,
})

/** Nothing you have ever heard; bolder than the others. */
const deepCuts: Recipe = {
  name: 'deep-cuts',
  title: 'Deep cuts',
  description: 'Songs you have never played, near what you finish and save.',
  ofLikes: 'Songs that are new to you, near what you like.',
  sources: ['nearest', 'similar', 'artist', 'artist-circle', 'playlists', 'fresh'],
  newTracks: true,
  novelty: 1,
  flow: SMOOTH,
  balance: BALANCED,
  temperature: 0.25,
  floor: 0.05,
}

/** What you loved and left. */
const rediscover: Recipe = {
  name: 'rediscover',
  title: 'Rediscover',
  description: 'Songs you loved and have not played for four months or longer.',
  ofLikes: 'Songs you like; when you last played them is not known.',
  sources: ['familiar', 'due'],
  familiar: { minFinishes: 3, minFinishRate: 0.6, minDaysSinceLast: 120, savedIsEnough: true },
  newTracks: false,
  novelty: 0,
  flow: SMOOTH,
  balance: BALANCED,
  temperature: 0.35,
  floor: 0.05,
}

/** What you cannot stop playing; order matters less than hits. */
const onRepeat: Recipe = {
  name: 'on-repeat',
  title: 'On repeat',
  description: 'Songs you keep coming back to, all played in the last thirty days.',
  sources: ['familiar'],
  familiar: { minPlays: 5, minFinishRate: 0.6, maxDaysSinceLast: 30, savedIsEnough: false },
  newTracks: false,
  novelty: 0,
  flow: { tempo: 0.5, key: 0.25, energy: 0.75 },
  balance: BALANCED,
  temperature: 0.25,
  floor: 0.02,
}

const AROUND_SEEDS = ['familiar', 'nearest', 'similar', 'artist', 'artist-circle', 'playlists'] as const

/** What belongs to a track, an artist or a playlist. */
const radio: Recipe = {
  name: 'radio',
  title: 'Radio',
  description: 'Songs that belong to where it starts, some that you know and more that you do not.',
  startsFrom: 'anything',
  sources: AROUND_SEEDS,
  familiar: { minFinishRate: 0.5, savedIsEnough: true },
  newTracks: true,
  novelty: 0.6,
  flow: SMOOTH,
  temperature: 0.35,
  floor: 0.03,
}

/** What could come next on a playlist. */
const onward: Recipe = {
  name: 'continue',
  title: 'More',
  description: 'Songs that go on where the playlist ends, in its spirit, none of which is on it.',
  startsFrom: 'playlist',
  sources: AROUND_SEEDS,
  familiar: { minFinishRate: 0.5, savedIsEnough: true },
  newTracks: true,
  novelty: 0.5,
  flow: SMOOTH,
  temperature: 0.3,
  floor: 0.03,
}

/** To begin with, when nothing is known: of every kind, and popular where catalogs tell what is. */
const first: Recipe = {
  name: 'first',
  title: 'First songs',
  description: 'Songs of every kind, the popular ones where your catalog tells, to find out what you like.',
  sources: ['starters'],
  newTracks: true,
  novelty: 1,
  flow: { tempo: 0, key: 0, energy: 0 },
  temperature: 0.8,
  floor: 0.2,
}

export const RECIPES: readonly Recipe[] = [
  ...[1, 2, 3, 4, 5, 6].map(daily),
  ...[deepCuts, rediscover, onRepeat, radio, onward, first],
]

export { TODAY } from '../core/today.ts'

/**
 * The recipe of that name.
 * @throws DeepcutsError UNKNOWN_RECIPE, with the names that exist
 */
export function findRecipe(name: string): Recipe {
  const recipe = RECIPES.find((one) => one.name === name)
  if (!recipe)
    throw new DeepcutsError('UNKNOWN_RECIPE', { name, names: RECIPES.map((one) => one.name).join(', ') })
  return recipe
}

/**
 * The recipe of that name for this listener: one of whom nothing is known gets `first` instead of what would discover from their taste.
 * @throws DeepcutsError UNKNOWN_RECIPE, with the names that exist
 */
export function recipeFor(name: string, { known }: Pick<DescribedListener, 'known'>): Recipe {
  const recipe = findRecipe(name)
  const discovers = recipe.newTracks && !recipe.startsFrom && (recipe.cluster ?? 0) === 0
  return known.length === 0 && discovers ? first : recipe
}
