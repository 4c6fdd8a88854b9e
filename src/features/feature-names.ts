import { AUDIO_FEATURES } from '../core/track.ts'

/** What a feature is about; `explain` sums contributions by group. */
export type FeatureGroup = 'track' | 'artist' | 'sound' | 'time' | 'sitting' | 'listener'

interface FeatureSpec {
  readonly group: FeatureGroup
  /** Whether the number has an order worth cutting into bins (piecewise-linear encoding). */
  readonly binned: boolean
}

const binned = (group: FeatureGroup): FeatureSpec => ({ group, binned: true })
const plain = (group: FeatureGroup): FeatureSpec => ({ group, binned: false })

const AUDIO_SPECS = Object.fromEntries(AUDIO_FEATURES.map((name) => [name, binned('sound')])) as Record<
  (typeof AUDIO_FEATURES)[number],
  FeatureSpec
>

/**
 * Every raw feature of a (listener, track, moment), in the order in which they are written. NaN = missing or unknown.
 * "Rates" are log-odds of finishing, smoothed towards the artist's, then the listener's own rate. What was saved, liked or
 * banned is not among them: it is mostly undated, so for a past play it would tell the future.
 */
export const FEATURES = {
  trackPlays: binned('track'),
  trackRate: binned('track'),
  trackRecentRate: binned('track'),
  trackLastOutcome: plain('track'),
  trackActivation: binned('track'),
  trackDaysSince: binned('track'),
  trackAge: binned('track'),
  trackPlaysDay: binned('track'),
  trackPlaysWeek: binned('track'),
  trackPlaysMonth: binned('track'),
  trackPlaysPerDay: binned('track'),
  trackPlaysPerSitting: binned('track'),
  trackSittingsSince: binned('track'),
  trackOverdue: binned('track'),
  trackSittingLift: binned('track'),
  neverHeard: plain('track'),
  artistPlays: binned('artist'),
  artistTracks: binned('artist'),
  artistRate: binned('artist'),
  artistRecentRate: binned('artist'),
  artistFirstPlayRate: binned('artist'),
  artistLastOutcome: plain('artist'),
  artistDaysSince: binned('artist'),
  artistSittingLift: binned('artist'),
  newArtist: plain('artist'),
  genreRate: binned('artist'),
  year: binned('sound'),
  popularity: binned('sound'),
  ...AUDIO_SPECS,
  noAudio: plain('sound'),
  soundMatch: binned('sound'),
  soundMatchRecent: binned('sound'),
  newTrackSoundMatch: binned('sound'),
  hourRate: binned('time'),
  hourSin: plain('time'),
  hourCos: plain('time'),
  hourSin2: plain('time'),
  hourCos2: plain('time'),
  weekend: plain('time'),
  recentRate: binned('listener'),
  recentRateLong: binned('listener'),
  recentFirstPlayRate: binned('listener'),
  sittingPosition: binned('sitting'),
  lastOutcome: plain('sitting'),
  lastOutcome2: plain('sitting'),
  lastOutcome3: plain('sitting'),
  sittingRate: binned('sitting'),
  sittingRecentRate: binned('sitting'),
  sameArtistAsLast: plain('sitting'),
  sameArtistLastOutcome: plain('sitting'),
  playedThisSitting: plain('sitting'),
  sittingSoundMatch: binned('sitting'),
  noSitting: plain('sitting'),
} as const satisfies Record<string, FeatureSpec>

export type FeatureName = keyof typeof FEATURES
export const FEATURE_NAMES = Object.keys(FEATURES) as FeatureName[]
/** How many raw features there are. */
export const FEATURE_COUNT = FEATURE_NAMES.length

/** Where each feature is written. */
export const FEATURE_INDEX = Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, i])) as Record<
  FeatureName,
  number
>
