import { join } from 'node:path'
import { deepcuts, type Figure } from './measure.ts'

const REPEATS = 5

/** A mix from a store that the demo world has trained, the start of the command line included. */
export default async function (folder: string): Promise<readonly Figure[]> {
  const data = ['--data', join(folder, 'data')]
  const demo = await deepcuts(folder, 'run', ...data, '--quiet')
  const runs = []
  for (let i = 0; i < REPEATS; i++) runs.push(await deepcuts(folder, 'mix', ...data, '--json'))
  const seconds = runs.map((run) => run.seconds).sort((a, b) => a - b)
  return [
    { name: 'demo world to mixes', value: demo.seconds, unit: 's', atMost: 120 },
    { name: `mix, cold, median of ${REPEATS}`, value: seconds[(REPEATS - 1) / 2]!, unit: 's', atMost: 1.5 },
    { name: 'slowest of them', value: seconds.at(-1)!, unit: 's' },
    { name: 'peak memory of a mix', value: Math.max(...runs.map((run) => run.peakMegabytes)), unit: 'MB' },
  ]
}
