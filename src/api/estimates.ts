import { DeepcutsError } from '../core/errors.ts'
import { turns } from '../core/turns.ts'
import { answeredSlate, readRecentSlates } from '../evaluate/logged-slates.ts'
import { evaluateInSlices } from '../evaluate/policy.ts'
import type { PolicyReport } from '../evaluate/policy-metrics.ts'
import { SETTINGS_OF, type TargetPolicy } from '../evaluate/policy-slates.ts'
import { type AddRoutes, answers } from '../http/routes.ts'
import type { Engine } from '../index.ts'
import { Estimate, EstimateQuery } from '../schemas/estimates.ts'
import { OfListener } from '../schemas/parts.ts'

/** So many of the newest days' lists are asked: they take some seconds, in slices. */
const MOST = 1000

type Person = Awaited<ReturnType<Engine['listener']>>

/** What another policy would have been worth, from what was shown and what came of it. */
export const addEstimateRoutes: AddRoutes = (app, { engine }) => {
  const { library } = engine
  const tags = ['exposures']
  // One at a time: each wants much of the processor.
  const inTurn = turns()

  const estimate = async (
    people: () => Promise<readonly Person[]>,
    query: EstimateQuery,
    gone: AbortSignal,
  ) => {
    const { seed, ...asked } = query
    const target = targetOf(asked)
    return inTurn(async () => {
      gone.throwIfAborted()
      const { slates, leftOut } = await readRecentSlates(library, await people(), MOST)
      const question = { name: 'the log', sha256: [], target, seed }
      return shown(await evaluateInSlices(slates.map(answeredSlate), question, gone), leftOut)
    })
  }

  app.get(
    '/v1/listeners/:listener/estimates',
    {
      config: { access: 'listener' },
      schema: {
        tags,
        summary: 'What another policy would have been worth to a listener, or why their log cannot say',
        params: OfListener,
        querystring: EstimateQuery,
        response: answers(200, Estimate),
      },
    },
    async ({ params: { listener }, query }, reply) => {
      const person = await engine.listener(listener)
      return estimate(async () => [person], query, closing(reply.raw))
    },
  )

  app.get(
    '/v1/estimates',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'What another policy would have been worth to everybody, or why the log cannot say',
        querystring: EstimateQuery,
        response: answers(200, Estimate),
      },
    },
    async ({ query }, reply) => estimate(() => library.listeners.list(), query, closing(reply.raw)),
  )
}

/** Aborted once nobody waits for the answer any more. */
function closing(answer: { once(event: 'close', listener: () => void): unknown }): AbortSignal {
  const controller = new AbortController()
  answer.once('close', () => controller.abort())
  return controller.signal
}

/** @throws BAD_VALUE for a setting that the policy does not have */
function targetOf({ policy, ...settings }: Omit<EstimateQuery, 'seed'>): TargetPolicy {
  for (const setting of ['temperature', 'floor', 'epsilon'] as const)
    if (settings[setting] !== undefined && !SETTINGS_OF[policy].includes(setting))
      throw new DeepcutsError('BAD_VALUE', {
        option: setting,
        value: settings[setting],
        expected: `left out: ${policy} has none`,
      })
  return { name: policy, ...settings }
}

function shown({ policy, dataset, notes, metrics, protocol }: PolicyReport, leftOut: number) {
  const ci95 = (interval: readonly [number, number] | null) => interval && [...interval]
  const older = `Only the newest ${MOST} lists of days are asked; ${leftOut} are older.`
  return {
    policy,
    sittings: metrics.n,
    listeners: dataset.listeners ?? 0,
    ...(metrics.refused !== null && { refused: metrics.refused }),
    ...(metrics.n > 0 && { logged: { value: metrics.onPolicyValue, ci95: ci95(metrics.onPolicyCi95) } }),
    estimates: Object.entries(metrics.estimates).map(([estimator, { value, ci95: interval }]) => ({
      ...{ estimator, value },
      ci95: ci95(interval),
    })),
    effectiveSampleSize: metrics.effectiveSampleSize,
    unsupportedShare: metrics.unsupportedShare,
    notes: [...(leftOut > 0 ? [older] : []), ...notes],
    protocol: protocol.description,
  }
}
