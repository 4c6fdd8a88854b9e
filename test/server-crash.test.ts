import { it } from 'vitest'
import { killAgainAndAgain } from './suites/server-crashes.ts'

it('has every acknowledged event, like and slate once, though it is killed right after it answered', async () => {
  await killAgainAndAgain(2, 'two crashes')
}, 60_000)
