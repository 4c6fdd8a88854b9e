import { it } from 'vitest'
import { killAgainAndAgain } from './suites/server-crashes.ts'

it('has every acknowledged event, like and slate once, though it is killed fifty times right after it answered', async () => {
  await killAgainAndAgain(50, 'server crashes')
}, 1_200_000)
