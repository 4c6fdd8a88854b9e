import { HIERARCHICAL, hierarchical } from './hierarchical.ts'
import { linearThompson } from './linear-thompson.ts'
import type { CarouselPolicy, PolicyContext } from './policy.ts'
import { epsilonGreedy, exploreThenCommit, klUcb, randomPolicy } from './segment-policies.ts'
import { thompsonSegments } from './thompson-segments.ts'

interface PolicyEntry {
  /** What it does, for a table. */
  readonly about: string
  make(context: PolicyContext): CarouselPolicy | Promise<CarouselPolicy>
}

/** Everybody in one segment. */
const together = (context: PolicyContext): PolicyContext => ({
  ...context,
  listeners: { ...context.listeners, segment: new Int32Array(context.listeners.n), segments: 1 },
})

/** The policies by name, ours first; the published ones with their published settings. */
export const CAROUSEL_POLICIES = {
  deepcuts: { about: 'a shared prior, 8 draws a round', make: (context) => hierarchical(context) },
  greedy: {
    about: 'the model of deepcuts, always what is likeliest',
    make: (context) => hierarchical(context, { ...HIERARCHICAL, heads: 1, boldness: 0 }),
  },
  'ts-seg-pessimistic': { about: 'Beta(1, 99) a segment', make: (context) => thompsonSegments(context, 99) },
  'ts-seg-naive': { about: 'Beta(1, 1) a segment', make: (context) => thompsonSegments(context, 1) },
  'epsilon-greedy-seg': { about: 'a tenth at random', make: (context) => epsilonGreedy(context, 0.1) },
  'ts-lin-pessimistic': { about: 'constant from −5', make: (context) => linearThompson(context, -5) },
  'ts-lin-naive': { about: 'constant from 0', make: (context) => linearThompson(context, 0) },
  'etc-seg': { about: 'until all were seen 20 times', make: (context) => exploreThenCommit(context, 20) },
  'kl-ucb-seg': { about: 'upper bounds a segment', make: klUcb },
  popularity: {
    about: 'rates of all listeners together',
    make: (context) => epsilonGreedy(together(context), 0),
  },
  random: { about: 'any twelve', make: randomPolicy },
} as const satisfies Record<string, PolicyEntry>

export type CarouselPolicyName = keyof typeof CAROUSEL_POLICIES
