import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeExport } from '../bench/make-export.ts'
import { makeCommandLine, smallExport } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

test('evaluate history judges ours beside the baselines, in one document and as a table', async () => {
  const paths = await smallExport(cli.folder)
  const args = ['evaluate', 'history', paths.export, '--catalog', paths.catalog, '--quiet']
  const report = (await cli.json(args)) as unknown as { models: { name: string }[] }
  expect(report).toMatchObject({ task: 'history', protocol: { name: 'chronological' } })
  expect(report.models.map(({ name }) => name)).toContain('deepcuts')
  const { stdout, stderr } = await cli.run(args)
  expect(stdout).toMatch(/│ deepcuts/)
  expect(stderr).toBe('')
})

test('evaluate likability says what was measured, with the protocol that was asked for', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${((i * 37) % 60) / 60},${(i * 37) % 60 > 30 ? 1 : 0}`)
  writeFileSync(join(cli.folder, 'liked.csv'), ['energy,liked', ...rows].join('\n'))
  const args = ['evaluate', 'likability', 'liked.csv', '--label', 'liked', '--protocol', 'paper']
  expect(await cli.json(args)).toMatchObject({ task: 'likability', protocol: { name: 'paper' } })
})

test('evaluate ranking judges every model on rows of who has what, and refuses cutoffs that are none', async () => {
  const rows = (from: number, to: number) =>
    Array.from({ length: 40 * (to - from) }, (_, k) => {
      const [user, at] = [k % 40, from + Math.floor(k / 40)]
      return `u${user}\ti${(user % 4) * 10 + ((user + at) % 10)}\t${1 + at}`
    }).join('\n')
  writeFileSync(join(cli.folder, 'train.tsv'), rows(0, 6))
  writeFileSync(join(cli.folder, 'test.tsv'), rows(6, 8))
  const args = ['evaluate', 'ranking', '--train', 'train.tsv', '--test', 'test.tsv']
  const report = (await cli.json([...args, '--k', '5,2'])) as unknown as {
    models: { name: string; metrics: Record<string, { mean: number }> }[]
  }
  expect(report).toMatchObject({ task: 'ranking', protocol: { name: 'full-catalogue', ks: [2, 5] } })
  expect(report.models.at(-1)!.metrics['recall@5']!.mean).toBeGreaterThan(0.9)
  const refused = await cli.run([...args, '--k', '5,x'])
  expect(refused.status).toBe(2)
  expect(refused.stderr).toMatch(/--k is x, but it must be a whole number from 1 to 1000/)
})

test('Ctrl-C in the middle of training ends with 130 and a sentence, and the store stays whole', async () => {
  const path = join(cli.folder, 'long.zip')
  await makeExport({ path, rows: 40_000, tracks: 2000 })
  const data = ['--data', 'stopped']
  await cli.run(['import', path, ...data])
  const ran = await cli.spawn(['train', ...data], { stopAfterMs: 3000 })
  expect(ran.status).toBe(130)
  expect(ran.stderr).toMatch(/^Stopped\. /m)
  const { findings } = (await cli.json(['doctor', ...data])) as unknown as {
    findings: { check: string; state: string }[]
  }
  expect(findings.find(({ check }) => check === 'store')).toMatchObject({ state: 'ok' })
  expect(findings.find(({ check }) => check === 'model')).toMatchObject({ state: 'advice' })
})
