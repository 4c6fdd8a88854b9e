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

test('evaluate ranking has a sequence model among the others where rows have times, and loses nothing by it', async () => {
  // Everybody goes on around one of four circles of ten, a minute an item.
  const rows = (from: number, to: number) =>
    Array.from({ length: 40 * (to - from) }, (_, k) => {
      const [user, at] = [k % 40, from + Math.floor(k / 40)]
      return `u${user},i${(user % 4) * 10 + ((user + at) % 10)},1,${1_600_000_000 + 60 * at}`
    })
  const head = 'user,item,weight,timestamp'
  writeFileSync(join(cli.folder, 'timed-train.csv'), [head, ...rows(0, 6)].join('\n'))
  writeFileSync(join(cli.folder, 'timed-test.csv'), [head, ...rows(6, 8)].join('\n'))
  const args = ['evaluate', 'ranking', '--train', 'timed-train.csv', '--test', 'timed-test.csv', '--k', '5']
  const report = (await cli.json(args)) as unknown as {
    protocol: { heldOut: { by: string } }
    models: { name: string; validation: number; metrics: Record<string, { mean: number }> }[]
  }
  expect(report.protocol.heldOut.by).toBe('time')
  const sequence = report.models.find(({ name }) => name === 'sequence')!
  const [ours, popular] = [report.models.at(-1)!, report.models[0]!]
  expect(sequence.metrics['recall@5']!.mean).toBeGreaterThan(popular.metrics['recall@5']!.mean + 0.3)
  for (const { validation } of report.models) expect(ours.validation).toBeGreaterThanOrEqual(validation)
  expect(ours.metrics['recall@5']!.mean).toBeGreaterThan(0.9)
}, 300_000)

interface ColdDocument {
  readonly dataset: Record<string, number>
  readonly models: readonly {
    readonly name: string
    readonly metrics: Record<string, { mean: number; ci95: [number, number] }>
    readonly curve: readonly { shown: number; metrics: Record<string, { mean: number }>; share: object }[]
  }[]
  readonly tracks?: readonly { readonly name: string; readonly amongNew: Record<string, { mean: number }> }[]
}

test('evaluate cold draws the curve of new listeners from counts of plays under their usual header', async () => {
  const rows = Array.from({ length: 60 * 12 }, (_, k) => {
    const [user, at] = [Math.floor(k / 12), k % 12]
    return `${user}\t${(user % 3) * 20 + ((user * 7 + at * 3) % 20)}\t${1 + ((user + at) % 50)}`
  })
  writeFileSync(join(cli.folder, 'user_artists.dat'), ['userID\tartistID\tweight', ...rows].join('\n'))
  const args = ['evaluate', 'cold', '--train', 'user_artists.dat', '--quiet']
  const report = (await cli.json(args)) as unknown as ColdDocument
  expect(report).toMatchObject({ task: 'cold', protocol: { name: 'left-out-listeners', order: 'chance' } })
  expect(report.dataset).toMatchObject({ rows: 720, users: 60, items: 60, newListeners: 12, newTracks: 6 })
  expect(report.tracks).toBeUndefined()
  const ours = report.models.at(-1)!
  expect(ours.name).toBe('deepcuts')
  expect(ours.curve.map(({ shown }) => shown)).toEqual([0, 1, 5, 10, 20])
  expect(Object.keys(ours.metrics)).toEqual(['ndcg@20', 'recall@20'])
  // One track tells the circle, and there are about twice as many tracks in it as are on no list yet.
  expect(ours.curve[1]!.metrics['ndcg@20']!.mean).toBeGreaterThan(
    ours.curve[0]!.metrics['ndcg@20']!.mean + 0.1,
  )
})

test('evaluate cold ranks new tracks of dated playlists by their artists', async () => {
  const rows = Array.from({ length: 60 * 12 }, (_, k) => {
    const [playlist, day] = [Math.floor(k / 12), k % 12]
    const track = (playlist % 3) * 20 + ((playlist * 7 + day * 3) % 20)
    return `p${playlist},t${track},title ${track},artist ${Math.floor(track / 4)},2020-01-${10 + day}`
  })
  const head = 'playlist_id,track_id,title,artists,added'
  writeFileSync(join(cli.folder, 'dated.csv'), [head, ...rows].join('\n'))
  const args = ['evaluate', 'cold', 'dated.csv', '--quiet']
  const report = (await cli.json(args)) as unknown as ColdDocument
  expect(report).toMatchObject({ task: 'cold', protocol: { order: 'time' } })
  const [popular, ours] = [report.tracks![0]!, report.tracks!.at(-1)!]
  expect(ours.amongNew['ndcg@20']!.mean).toBeGreaterThan(popular.amongNew['ndcg@20']!.mean + 0.1)
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
