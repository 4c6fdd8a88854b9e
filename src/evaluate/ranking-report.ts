import type { Estimate } from '../metrics/interval.ts'
import { fixed, signed } from '../report/words.ts'
import { plainTable } from './plain-table.ts'
import type { RankingReport } from './ranking.ts'

/** The report as text for a terminal: two tables with the best value of each column marked *, and what follows from them in words. */
export function renderRanking(report: RankingReport): string {
  const { dataset, protocol, notes, models, comparisons, seed } = report
  const cutoff = protocol.listLength
  const { train, test } = dataset
  const head =
    `${train.file}: ${dataset.users} users, ${dataset.items} items, ${dataset.pairs} pairs to learn from; ` +
    `${test.file}: ${dataset.testPairs} pairs of ${dataset.testUsers} users to foresee.`
  const others = protocol.ks.filter((k) => k !== cutoff)
  const pairs = [`recall@${cutoff}`, `ndcg@${cutoff}`, 'mrr']
  const rest = others.flatMap((k) => [`recall@${k}`, `ndcg@${k}`])
  return [
    head,
    ...notes.map((note) => `Note: ${note}`),
    '',
    tableOf(models, pairs, true),
    ...(rest.length > 0 ? chunks(rest, 6).map((keys) => tableOf(models, keys, false)) : []),
    tableOf(models, ['coverage', 'novelty', 'gini'], false),
    `* best of its column. 95 % intervals. Coverage, novelty (bits) and Gini are of lists of ${cutoff}.`,
    '',
    ...models.map(chosen),
    '',
    verdict(comparisons),
    '',
    `${protocol.description} ${fifth(protocol.heldOut.by)}` +
      `Seed ${seed}, sha256 ${train.sha256.slice(0, 12)}… and ${test.sha256.slice(0, 12)}…`,
  ].join('\n')
}

function tableOf(models: RankingReport['models'], keys: readonly string[], intervals: boolean): string {
  const best = keys.map((key) => Math.max(...models.map(({ metrics }) => metrics[key]!.mean)))
  const ranked = (key: string) => /@|mrr/.test(key)
  const rows = models.map(({ name, metrics }) => [
    name,
    ...keys.map((key, column) => {
      const { mean, ci95 } = metrics[key]!
      const mark = ranked(key) && mean === best[column] ? '*' : ''
      return `${fixed(mean)}${mark}${intervals ? ` [${fixed(ci95[0])}, ${fixed(ci95[1])}]` : ''}`
    }),
  ])
  return plainTable(['model', ...keys], rows)
}

/** What a model is after its tuning. */
function chosen({ name, settings, validation, trials }: RankingReport['models'][number]): string {
  const how = trials === undefined ? 'weights' : `best of ${trials}`
  const told = Object.entries(settings).map(([key, value]) => `${key} ${value}`)
  return `${name} (${how}, held out ${fixed(validation)}): ${told.join(', ')}.`
}

function fifth(by: RankingReport['protocol']['heldOut']['by']): string {
  return by === 'file'
    ? ''
    : `The fifth is the last in time where there are times, else random; here: by ${by}. `
}

/** Whom ours is ahead of, level with, or behind, by the paired intervals. */
function verdict(comparisons: RankingReport['comparisons']): string {
  const groups: Record<'ahead of' | 'not distinguishable from' | 'behind', string[]> = {
    'ahead of': [],
    'not distinguishable from': [],
    behind: [],
  }
  for (const { against, difference } of comparisons)
    groups[standing(difference)].push(`${against} ${signed(difference.mean)}`)
  const parts = Object.entries(groups).filter(([, names]) => names.length > 0)
  const words = parts.map(([how, names]) => `${how} ${names.join(', ')}`).join('; ')
  return `${comparisons[0]!.metric}: ${comparisons[0]!.model} is ${words}.`
}

function standing({ ci95: [low, high] }: Estimate): 'ahead of' | 'not distinguishable from' | 'behind' {
  if (low > 0) return 'ahead of'
  return high < 0 ? 'behind' : 'not distinguishable from'
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  )
}
