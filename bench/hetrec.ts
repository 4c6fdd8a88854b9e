import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { silent } from '../src/core/progress.ts'
import { random } from '../src/core/random.ts'
import { evaluateRanking, type RankingReport } from '../src/evaluate/ranking.ts'
import type { Figure } from './measure.ts'

const FILE = 'user_artists.dat'
const K = 10
const METRICS = [`recall@${K}`, `ndcg@${K}`] as const
const SEEDS = 3

/**
 * `evaluate ranking` on random splits of the HetRec 2011 Last.fm set: of each user eight parts train, on one settings are chosen, one
 * tests. Figures are means over the seeds, and the ends of their intervals too.
 */
export default async function (folder: string, args: readonly string[]): Promise<readonly Figure[]> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seeds: { type: 'string', default: String(SEEDS) } },
  })
  const [path] = positionals
  if (path === undefined || !existsSync(join(path, FILE))) {
    console.log(
      path === undefined
        ? 'npm run bench -- hetrec FOLDER [--seeds 3]   FOLDER holds user_artists.dat of HetRec 2011 (Last.fm)'
        : `Skipped: there is no ${FILE} in ${path}. It is part of the HetRec 2011 Last.fm set of GroupLens.`,
    )
    return []
  }
  const rows = rowsOf(await readFile(join(path, FILE), 'utf8'))
  const reports: RankingReport[] = []
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const files: Record<string, string> = {}
    for (const [part, lines] of Object.entries(split(rows, seed))) {
      files[part] = join(folder, `${part}-${seed}.tsv`)
      await writeFile(files[part], `${lines.join('\n')}\n`)
    }
    const { train, validation, test } = files as Record<'train' | 'validation' | 'test', string>
    const report = await evaluateRanking({ train, validation, test, format: 'rows', ks: [K], seed }, silent)
    reports.push(report)
    for (const { name, metrics } of report.models)
      console.log(`seed ${seed}, ${name}: ${METRICS.map((key) => metrics[key]!.mean.toFixed(4)).join(' / ')}`)
  }
  return reports[0]!.models.flatMap(({ name }, row) =>
    METRICS.map((key): Figure => {
      const found = reports.map(({ models }) => models[row]!.metrics[key]!)
      const mean = (of: (one: (typeof found)[number]) => number) =>
        found.reduce((sum, one) => sum + of(one), 0) / found.length
      return {
        name: `${name}, ${key}`,
        value: mean((one) => one.mean),
        unit: `mean of ${found.length}`,
        ci95: [mean((one) => one.ci95[0]), mean((one) => one.ci95[1])],
        digits: 4,
      }
    }),
  )
}

/** The rows below the header by user. */
export function rowsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const byUser = new Map<string, string[]>()
  for (const line of text.trim().split(/\r?\n/).slice(1)) {
    const user = line.split('\t')[0]!
    byUser.set(user, [...(byUser.get(user) ?? []), line])
  }
  return byUser
}

/** Of each user's rows, in random order, the first eight tenths (rounded up), the last tenth (rounded down), and what is between. */
export function split(rows: ReadonlyMap<string, readonly string[]>, seed: number) {
  const rng = random(`hetrec ${seed}`)
  const train: string[] = []
  const validation: string[] = []
  const test: string[] = []
  for (const own of rows.values()) {
    const shuffled = rng.shuffle([...own])
    const [first, last] = [
      Math.ceil(shuffled.length * 0.8),
      shuffled.length - Math.floor(shuffled.length * 0.1),
    ]
    train.push(...shuffled.slice(0, first))
    validation.push(...shuffled.slice(first, last))
    test.push(...shuffled.slice(last))
  }
  return { train, validation, test }
}
