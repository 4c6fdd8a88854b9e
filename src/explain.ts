import { nearestLoved } from './candidates/nearest-loved.ts'
import type { ArtistHistory, TrackHistory } from './core/listener.ts'
import { random } from './core/random.ts'
import type { Track } from './core/track.ts'
import type { Engine } from './engine.ts'
import { FEATURE_COUNT, FEATURES, type FeatureGroup, type FeatureName } from './features/feature-names.ts'
import { hasAudio, trackAt } from './library/catalog.ts'
import { type Attribution, attribute, type Effect } from './model/attribution.ts'
import { headSpread, type LikabilityModel } from './model/likability.ts'
import { sigmoid } from './model/logistic.ts'

/** How one group of features moves the odds of a finish: log-odds added to the average of the listener's plays. */
export interface GroupContribution extends Effect {
  readonly group: FeatureGroup
  /** The strongest features of the group, largest first. */
  readonly features: readonly (Effect & { readonly name: FeatureName })[]
}

/** How far the heads of the model agree on a likability. */
export interface Uncertainty {
  readonly heads: number
  /** Standard deviation of their probabilities. */
  readonly spread: number
  /** The same for the median of the listener's latest plays. */
  readonly usual: number
  /** Between these probabilities lie those of four fifths of the heads. */
  readonly low: number
  readonly high: number
}

/** What the model believes about one track, and why; plain JSON. */
export interface Explanation {
  readonly track: Track
  /** Calibrated probability of a finish, 0…1. */
  readonly likability: number
  /** The probability that the mean log-odds of the listener's latest plays make: where the contributions start from, not the mean probability. */
  readonly average: number
  readonly uncertainty: Uncertainty
  readonly history: TrackHistory
  readonly artist: ArtistHistory
  readonly hasAudio: boolean
  /** Largest effect first; they add up from the average to the likability, in log-odds. Owen values (docs/decisions/attribution.md). */
  readonly contributions: readonly GroupContribution[]
  readonly nearestLoved?: Track & TrackHistory
  /** Why the track is never in a mix, if so. */
  readonly refused?: string
}

/** Explains the likability of a catalog row for a listener as they stand now. @throws UNKNOWN_LISTENER, NO_MODEL */
export async function explainTrack(engine: Engine, listenerName: string, row: number): Promise<Explanation> {
  const { catalog, likability, scorer, background } = await engine.model(listenerName)
  const listener = await engine.describe(listenerName, engine.now())
  const [scored] = await scorer.score(listener, [{ row, sources: [] }], () => true)
  const raw = new Float32Array(FEATURE_COUNT)
  listener.history.describe(
    row,
    { at: listener.asOf, clock: listener.at, inSitting: listener.inSitting },
    raw,
    0,
  )
  const plays = background(listener.inSitting)
  const attribution = await attribute(likability, raw, plays, random(0))
  const near = nearestLoved({ listener, ...(await engine.shelves()) })(row)
  const refused = listener.refusal(row)
  return {
    track: trackAt(catalog, row),
    likability: scored!.likability,
    average: sigmoid(attribution.base),
    uncertainty: await uncertaintyOf(raw, likability, plays),
    history: listener.trackHistory(row),
    artist: listener.artistHistory(catalog.artist[row]!),
    hasAudio: hasAudio(catalog, row),
    contributions: contributionsOf(attribution),
    ...(near === undefined || near === row
      ? {}
      : { nearestLoved: { ...trackAt(catalog, near), ...listener.trackHistory(near) } }),
    ...(refused ? { refused } : {}),
  }
}

async function uncertaintyOf(
  raw: Float32Array,
  model: LikabilityModel,
  plays: Float32Array,
): Promise<Uncertainty> {
  const { heads } = model
  const { finish } = await model.logits(raw)
  const said = Array.from(finish, sigmoid).sort((a, b) => a - b)
  const outside = Math.round(heads / 10)
  const spreads = headSpread((await model.logits(plays)).finish, heads).sort()
  return {
    heads,
    spread: headSpread(finish, heads)[0]!,
    usual: spreads[Math.floor(spreads.length / 2)]!,
    low: said[outside]!,
    high: said[heads - 1 - outside]!,
  }
}

function contributionsOf({ byGroup, byFeature }: Attribution): GroupContribution[] {
  const features = Object.entries(byFeature).map(([name, effect]) => ({
    name: name as FeatureName,
    ...effect,
  }))
  const groups = Object.entries(byGroup).map(([name, effect]) => ({ group: name as FeatureGroup, ...effect }))
  return groups.sort(byStrength).map((contribution) => ({
    ...contribution,
    features: features
      .filter(({ name, logOdds }) => FEATURES[name].group === contribution.group && logOdds !== 0)
      .sort(byStrength)
      .slice(0, 4),
  }))
}

const byStrength = (a: Effect, b: Effect) => Math.abs(b.logOdds) - Math.abs(a.logOdds)
