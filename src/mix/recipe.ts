import type { Familiarity } from '../core/candidate.ts'
import type { DescribedListener } from '../core/described-listener.ts'
import type { FlowWeights } from '../core/flow.ts'
import { goodPlays, type TrackHistory } from '../core/listener.ts'

/** Where candidates come from. */
export type SourceName =
  | 'familiar'
  | 'due'
  | 'nearest'
  | 'similar'
  | 'artist'
  | 'artist-circle'
  | 'playlists'
  | 'popular'
  | 'fresh'
  | 'starters'

/** Which tracks the listener knows may appear: all that is stated must hold. Days are counted from the last play. */
export interface FamiliarRule {
  readonly minPlays?: number
  readonly minFinishes?: number
  /** Finishes among the plays whose end is known, 0…1. */
  readonly minFinishRate?: number
  readonly minDaysSinceLast?: number
  readonly maxDaysSinceLast?: number
  /** A saved or liked track need not meet the three minimums of plays and finishes. */
  readonly savedIsEnough: boolean
}

/** A mix as data: what it is, what may be in it, and how it is drawn. */
export interface Recipe {
  readonly name: string
  readonly title: string
  readonly description: string
  /** The same for a listener of whom likes are known and no plays, where it has to be told otherwise. */
  readonly ofLikes?: string
  /** Which corner of the listener's taste it is about, 0 the largest; absent: all of it. */
  readonly cluster?: number
  readonly sources: readonly SourceName[]
  /** Absent: no track that the listener knows. */
  readonly familiar?: FamiliarRule
  /** Whether tracks that the listener does not know may appear. */
  readonly newTracks: boolean
  /** Share of new tracks unless the query says otherwise. */
  readonly novelty: number
  readonly flow: FlowWeights
  /** How strongly it keeps to the shares that the corners have in the taste (core/balance.ts); absent: not at all. */
  readonly balance?: number
  /** What it starts from instead of what the listener loves, and needs: anything, or a playlist that it goes on from. */
  readonly startsFrom?: 'anything' | 'playlist'
  /** Softmax temperature, in standard deviations of the scores to choose among, and weight of the uniform component. */
  readonly temperature: number
  readonly floor: number
}

const DAY = 86_400_000

/** Whether the listener knows a track: played, saved or liked. */
export function familiarityOf(history: TrackHistory): Familiarity {
  return history.plays > 0 || history.saved || history.liked ? 'familiar' : 'new'
}

/** Whether a track with this history may appear in the recipe's mix at `now` (ms since the epoch). */
export function eligible(recipe: Recipe, history: TrackHistory, now: number): boolean {
  if (familiarityOf(history) === 'new') return recipe.newTracks
  const rule = recipe.familiar
  if (!rule) return false
  const good = goodPlays(history)
  const known = good + history.skips
  const spared = rule.savedIsEnough && (history.saved || history.liked)
  const played =
    spared ||
    (history.plays >= (rule.minPlays ?? 0) &&
      good >= (rule.minFinishes ?? 0) &&
      (known === 0 ? 0 : good / known) >= (rule.minFinishRate ?? 0))
  const days = Number.isNaN(history.lastPlayedAt) ? Infinity : (now - history.lastPlayedAt) / DAY
  return played && days >= (rule.minDaysSinceLast ?? -Infinity) && days <= (rule.maxDaysSinceLast ?? Infinity)
}

/** Whether a recipe holds only what the listener knows, or only what they do not. */
export function isOfOneKind({ newTracks, familiar }: Pick<Recipe, 'newTracks' | 'familiar'>): boolean {
  return !(newTracks && familiar)
}

/** What the recipe's mix holds, told to this listener: nothing is said of plays where there are none. */
export function descriptionFor(
  recipe: Recipe,
  { known, trackHistory }: Pick<DescribedListener, 'known' | 'trackHistory'>,
): string {
  if (recipe.ofLikes === undefined || known.some((row) => trackHistory(row).plays > 0))
    return recipe.description
  return recipe.ofLikes
}

/**
 * The share of new tracks to draw: what was asked (0…1), else the recipe's own. A recipe of one kind only keeps to its kind,
 * whatever is asked.
 */
export function noveltyOf(recipe: Recipe, asked?: number): number {
  if (!recipe.newTracks) return 0
  return recipe.familiar ? (asked ?? recipe.novelty) : 1
}

/** The same for a listener of whom little is known: as many more new tracks as the known ones fall short of `n`, unless a share was asked for. */
export function noveltyOfFew(
  recipe: Recipe,
  candidates: readonly { readonly familiarity: Familiarity }[],
  n: number,
  asked?: number,
): number {
  const usual = noveltyOf(recipe, asked)
  if (asked !== undefined || usual === 0 || usual === 1) return usual
  const known = candidates.filter(({ familiarity }) => familiarity === 'familiar').length
  return Math.max(usual, 1 - known / n)
}
