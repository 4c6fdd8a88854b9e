import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

it('the example of the guide learns, draws a mix with reasons, and honours a no', { timeout: 60_000 }, () => {
  const printed = execFileSync(process.execPath, ['--import', 'tsx', 'examples/mix.ts'], {
    cwd: ROOT,
  }).toString()
  const auc = (name: string) => Number(new RegExp(`^${name} +AUC (\\S+)$`, 'm').exec(printed)?.[1])
  expect(auc('deepcuts')).toBeGreaterThan(auc('base-rate'))
  expect(printed.match(/^\d\. .+ – .+ \(\d+ %\): .+$/gm)).toHaveLength(5)
  expect(printed).toMatch(/^After a dislike, ".+" is gone\.$/m)
  expect(printed).toMatch(/^deepcuts explains: disliked\.$/m)
})
