import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { PolicyReport } from '../evaluate/policy-metrics.ts'
import type { TargetPolicy } from '../evaluate/policy-slates.ts'
import { action, addVerb, type Context } from './context.ts'
import { shownPath } from './output.ts'
import { checkedPath, writeWhole } from './page-file.ts'
import { numberOption, oneOf } from './values.ts'

interface PolicyVerbOptions {
  readonly policy?: string
  readonly novelty?: number
  readonly temperature?: number
  readonly floor?: number
  readonly epsilon?: number
  readonly format: 'deepcuts' | 'open-bandit'
  readonly behaviour?: string
  readonly listener?: string
  readonly seed: number
  readonly out?: string
}

const SETTINGS = ['novelty', 'temperature', 'floor', 'epsilon'] as const

/** Adds `evaluate policy`: what another policy would have been worth, from a log. */
export function addEvaluatePolicy(
  evaluate: Command,
  show: (context: Context, report: unknown, text: string) => void,
): void {
  const share = (option: string) => numberOption(option, { min: 0, max: 1 })
  addVerb(evaluate, 'policy [log]', 'on a log of slates: what would another policy have been worth?', [
    'evaluate policy --policy mixture --novelty 0.4',
    'evaluate policy random/men/men.csv --format open-bandit --behaviour bts/men/men.csv --policy uniform',
  ])
    .option('--policy <name>', 'the policy asked about (default: mixture; for open-bandit: uniform)')
    .option('--novelty <share>', 'its share of new songs (default: as logged)', share('--novelty'))
    .option(
      '--temperature <number>',
      'how far it strays from the best (default: as logged)',
      numberOption('--temperature', { min: 0.001 }),
    )
    .option('--floor <share>', 'its share of lists of blind chance (default: as logged)', share('--floor'))
    .option('--epsilon <share>', 'of epsilon-greedy: slots of blind chance', share('--epsilon'))
    .option('--listener <id>', 'only this listener (default: everybody)')
    .option(
      '--format <name>',
      'deepcuts (a log of "deepcuts exposures") or open-bandit',
      oneOf('--format', ['deepcuts', 'open-bandit']),
      'deepcuts',
    )
    .option('--behaviour <file>', 'of open-bandit: the log to reweight, when LOG is one of the policy itself')
    .option('--seed <number>', 'fixes what is random', numberOption('--seed', { whole: true }), 1)
    .option('--out <file>', 'a page with a plot')
    .action(
      action<[log: string | undefined], PolicyVerbOptions>(async (context, [log], options) => {
        const path = options.out === undefined ? undefined : await checkedPath(options.out)
        const { renderPolicy } = await import('../evaluate/policy-report.ts')
        const report =
          options.format === 'open-bandit'
            ? await onOpenBandit(log, options)
            : await onSlates(context, log, options)
        if (path) {
          const { renderPolicyPage } = await import('../evaluate/policy-page.ts')
          await writeWhole(path, renderPolicyPage(report))
        }
        show(context, report, renderPolicy(report))
        if (path) context.out.say(`Written: ${shownPath(path)}`)
      }, 'copy'),
    )
}

async function onOpenBandit(log: string | undefined, options: PolicyVerbOptions): Promise<PolicyReport> {
  const { evaluateOpenBandit, OPEN_BANDIT_POLICIES } = await import('../evaluate/policy-open-bandit.ts')
  const { policy = 'uniform', behaviour, seed } = options
  if (log === undefined)
    throw new DeepcutsError('BAD_VALUE', {
      option: 'LOG',
      value: 'missing',
      expected: 'the path of a log, after "policy"',
    })
  for (const name of [...SETTINGS, 'listener'] as const)
    if (options[name] !== undefined)
      throw new DeepcutsError('BAD_VALUE', {
        option: `--${name}`,
        value: String(options[name]),
        expected: 'left out: logs of open-bandit do not have it',
      })
  return evaluateOpenBandit({
    ...{ log, seed, policy: oneOf('--policy', OPEN_BANDIT_POLICIES)(policy) },
    ...(behaviour !== undefined && { behaviour }),
  })
}

async function onSlates(
  context: Context,
  log: string | undefined,
  options: PolicyVerbOptions,
): Promise<PolicyReport> {
  const { evaluateSlates } = await import('../evaluate/policy.ts')
  const { SETTINGS_OF, TARGET_POLICIES } = await import('../evaluate/policy-slates.ts')
  if (options.behaviour !== undefined)
    throw new DeepcutsError('BAD_VALUE', {
      option: '--behaviour',
      value: options.behaviour,
      expected: 'left out, or come with --format open-bandit',
    })
  if (log !== undefined && options.listener !== undefined)
    throw new DeepcutsError('BAD_VALUE', {
      option: '--listener',
      value: options.listener,
      expected: 'left out where LOG is given: "deepcuts exposures --listener" writes the log of one listener',
    })
  const target: TargetPolicy = {
    name: oneOf('--policy', TARGET_POLICIES)(options.policy ?? 'mixture'),
    ...Object.fromEntries(
      SETTINGS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
    ),
  }
  for (const setting of ['temperature', 'floor', 'epsilon'] as const)
    if (options[setting] !== undefined && !SETTINGS_OF[target.name].some((own) => own === setting))
      throw new DeepcutsError('BAD_VALUE', {
        option: `--${setting}`,
        value: String(options[setting]),
        expected: `left out: ${target.name} has none`,
      })
  const { seed } = options
  if (log !== undefined) {
    const { readExposureFile } = await import('../evaluate/exposure-file.ts')
    const { file, sha256, slates } = await readExposureFile(log)
    return evaluateSlates(slates, { name: file, sha256: [sha256], target, seed })
  }
  const { answeredSlate, readLoggedSlates } = await import('../evaluate/logged-slates.ts')
  const { library } = await context.engine()
  const people =
    options.listener === undefined
      ? await library.listeners.list()
      : [await library.listeners.get(options.listener)]
  const logged = await readLoggedSlates(library, people)
  const name = options.listener === undefined ? 'the log of this folder' : 'the log of this listener'
  return evaluateSlates(logged.map(answeredSlate), { name, sha256: [], target, seed })
}
