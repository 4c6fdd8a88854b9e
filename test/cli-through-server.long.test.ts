import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { makeCommandLine } from './suites/cli.ts'
import { ALONE, ran, SERVED, servedAndAlone } from './suites/served-and-alone.ts'
import type { Serving } from './suites/serving.ts'

const cli = makeCommandLine()
let server: Serving

beforeAll(async () => {
  server = await servedAndAlone(cli)
}, 120_000)

afterAll(async () => {
  await server?.end()
  vi.useRealTimers()
  vi.unstubAllEnvs()
  cli.remove()
})

it.each(
  ['', ' --json'].flatMap((more) =>
    [
      'run',
      'train --preset nano --seed 7',
      'report --out %s-report.html',
      'map --out %s-map.html',
      'evaluate mixes --days 1',
    ].map((verb) => verb + more),
  ),
)('a verb that works for long says and does the same while a server has the data: %s', async (verb) => {
  const [there, here] = [await ran(cli, verb, SERVED), await ran(cli, verb, ALONE)]
  expect(there).toEqual(here)
  expect(there.stdout).not.toBe('')
})

it('requests are answered while a verb trains', async () => {
  const training = cli.run(['train', '--data', SERVED])
  const waits: number[] = []
  let over = false
  void training.then(() => {
    over = true
  })
  while (!over) {
    const asked = performance.now()
    expect((await fetch(`${server.address}/v1/health`)).status).toBe(200)
    waits.push(performance.now() - asked)
  }
  expect((await training).status).toBe(0)
  expect(waits.length).toBeGreaterThan(20)
  expect(Math.max(...waits)).toBeLessThan(1000)
})
