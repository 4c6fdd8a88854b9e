import { nearestLoved } from './candidates/nearest-loved.ts'
import { unheardRows } from './candidates/source.ts'
import type { ArtistHistory, TrackHistory } from './core/listener.ts'
import { random } from './core/random.ts'
import type { Track } from './core/track.ts'
import type { Engine } from './engine.ts'
import { FEATURE_COUNT, FEATURES, type FeatureGroup, type FeatureName } from './features/feature-names.ts'
import { hasAudio, trackAt } from './library/catalog.ts'

/** How one group of features moves the odds of a finish. */
export interface GroupContribution {
  readonly group: FeatureGroup
  /** Log-odds added to those of an average play. */
  readonly logOdds: number
  /** The strongest features of the group, largest first. */
  readonly features: readonly { readonly name: FeatureName; readonly logOdds: number }[]
}

/** What the model believes about one track, and why; plain JSON. */
export interface Explanation {
  readonly track: Track
  /** Calibrated probability of a finish, 0…1, and that of an average play. */
  readonly likability: number
  readonly average: number
  readonly history: TrackHistory
  readonly artist: ArtistHistory
  readonly hasAudio: boolean
  /** Largest effect first; they add up from the average to the likability, in log-odds. */
  readonly contributions: readonly GroupContribution[]
  readonly nearestLoved?: Track & TrackHistory
  /** Why the track is never in a mix, if so. */
  readonly refused?: string
}

/** Explains the likability of a catalog row for a listener as they stand now. @throws UNKNOWN_LISTENER, NO_MODEL */
export async function explainTrack(engine: Engine, listenerName: string, row: number): Promise<Explanation> {
  const { catalog, audio, likability, scorer } = await engine.model(listenerName)
  const listener = await engine.describe(listenerName, engine.now())
  const [scored] = scorer.score(listener, [{ row, sources: [] }], () => true)
  const raw = new Float32Array(FEATURE_COUNT)
  listener.history.describe(
    row,
    { at: listener.asOf, clock: listener.at, inSitting: listener.inSitting },
    raw,
    0,
  )
  const { base, byFeature } = likability.contributions(raw)
  const request = { listener, catalog, audio, unheard: unheardRows(listener, catalog), random: random(0) }
  const near = nearestLoved(request)(row)
  const refused = listener.refusal(row)
  return {
    track: trackAt(catalog, row),
    likability: scored!.likability,
    average: 1 / (1 + Math.exp(-base)),
    history: listener.trackHistory(row),
    artist: listener.artistHistory(catalog.artist[row]!),
    hasAudio: hasAudio(catalog, row),
    contributions: byGroup(byFeature),
    ...(near === undefined || near === row
      ? {}
      : { nearestLoved: { ...trackAt(catalog, near), ...listener.trackHistory(near) } }),
    ...(refused ? { refused } : {}),
  }
}

function byGroup(byFeature: Readonly<Record<FeatureName, number>>): GroupContribution[] {
  const groups = new Map<FeatureGroup, { name: FeatureName; logOdds: number }[]>()
  for (const [name, logOdds] of Object.entries(byFeature) as [FeatureName, number][]) {
    const { group } = FEATURES[name]
    const features = groups.get(group) ?? []
    groups.set(group, features)
    if (logOdds !== 0) features.push({ name, logOdds })
  }
  return Array.from(groups, ([group, features]) => ({
    group,
    logOdds: features.reduce((sum, { logOdds }) => sum + logOdds, 0),
    features: features.sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds)).slice(0, 4),
  })).sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds))
}
