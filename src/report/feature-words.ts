import type { FeatureName } from '../features/feature-names.ts'

/** How the values of a feature are told to a person. */
export type FeatureScale =
  /** ln(1 + n), told as n. */
  | 'count'
  /** ln(1 + days), told as days. */
  | 'days'
  /** ln of a ratio, told as the ratio. */
  | 'ratio'
  /** Log-odds of a finish, told as a percentage. */
  | 'rate'
  /** Standard deviations from the average of the catalog. */
  | 'deviations'
  /** 1 or 0. */
  | 'flag'
  /** 1 finished, −1 skipped, 0 neither. */
  | 'outcome'
  /** As it is. */
  | 'number'
  /** As it is, in no unit that means something to a person. */
  | 'measure'

interface FeatureWords {
  readonly words: string
  readonly scale: FeatureScale
}

const told =
  (scale: FeatureScale) =>
  (words: string): FeatureWords => ({ words, scale })
const count = told('count')
const days = told('days')
const ratio = told('ratio')
const rate = told('rate')
const deviations = told('deviations')
const flag = told('flag')
const outcome = told('outcome')
const number = told('number')
const measure = told('measure')

/** What each feature is called in words, and how its values are told. */
const FEATURE_WORDS: Readonly<Record<FeatureName, FeatureWords>> = {
  trackPlays: count('earlier plays of the track'),
  trackRate: rate('finishes of the track so far'),
  trackRecentRate: rate('finishes of the track lately'),
  trackLastOutcome: outcome('how the track last ended'),
  trackActivation: measure('how recent and frequent its plays are'),
  trackDaysSince: days('days since the track was played'),
  trackAge: days('days since the track was first played'),
  trackPlaysDay: count('plays of the track within a day'),
  trackPlaysWeek: count('plays of the track within a week'),
  trackPlaysMonth: count('plays of the track within a month'),
  trackPlaysPerDay: ratio('plays of the track a day since it was found'),
  trackPlaysPerSitting: ratio('plays of the track a sitting'),
  trackSittingsSince: count('sittings since the one with the track'),
  trackOverdue: ratio('how long it was left, over what is usual for this track'),
  trackSittingLift: number('finishes of the track above its sittings'),
  neverHeard: flag('never heard before'),
  artistPlays: count('earlier plays of the artist'),
  artistTracks: count('tracks of the artist played'),
  artistRate: rate('finishes of the artist so far'),
  artistRecentRate: rate('finishes of the artist lately'),
  artistFirstPlayRate: rate('finishes of the artist’s first plays'),
  artistLastOutcome: outcome('how the artist last ended'),
  artistDaysSince: days('days since the artist was played'),
  artistSittingLift: number('finishes of the artist above its sittings'),
  newArtist: flag('an artist never played'),
  genreRate: rate('finishes of its genres'),
  year: number('year of release'),
  popularity: number('popularity, 0 to 100'),
  danceability: deviations('danceability'),
  energy: deviations('energy'),
  key: deviations('key'),
  loudness: deviations('loudness'),
  mode: deviations('mode, minor to major'),
  speechiness: deviations('speechiness'),
  acousticness: deviations('acousticness'),
  instrumentalness: deviations('instrumentalness'),
  liveness: deviations('liveness'),
  valence: deviations('valence'),
  tempo: deviations('tempo'),
  duration_ms: deviations('length of the track'),
  time_signature: deviations('time signature'),
  noAudio: flag('its sound is not known'),
  soundMatch: measure('sounds like what was finished'),
  soundMatchRecent: measure('sounds like what was finished lately'),
  newTrackSoundMatch: measure('a new track that sounds like what was finished'),
  hourRate: rate('finishes at this hour'),
  hourSin: measure('hour, sine'),
  hourCos: measure('hour, cosine'),
  hourSin2: measure('hour, sine of twice'),
  hourCos2: measure('hour, cosine of twice'),
  weekend: flag('on a weekend'),
  recentRate: rate('finishes of the latest plays'),
  recentRateLong: rate('finishes of the latest hundred plays'),
  recentFirstPlayRate: rate('finishes of the latest first plays'),
  sittingPosition: count('plays in the sitting so far'),
  lastOutcome: outcome('how the play before ended'),
  lastOutcome2: outcome('how the play before that ended'),
  lastOutcome3: outcome('how the third play before ended'),
  sittingRate: rate('finishes of the sitting so far'),
  sittingRecentRate: rate('finishes of the sitting lately'),
  sameArtistAsLast: flag('same artist as the play before'),
  sameArtistLastOutcome: outcome('how the same artist’s play before ended'),
  playedThisSitting: flag('already played in this sitting'),
  sittingSoundMatch: measure('sounds like what the sitting finished'),
  noSitting: flag('no sitting is under way'),
}

/** A feature, or the four that tell the hour together. */
export type ToldFeature = FeatureName | 'hour'

const OUTCOMES = new Map([
  [-1, 'skipped'],
  [0, 'neither'],
  [1, 'finished'],
])

/** What a feature is called in words. */
export function featureWords(feature: ToldFeature): string {
  return feature === 'hour' ? 'hour of the day' : FEATURE_WORDS[feature].words
}

/** How the values of a feature are told. */
export function featureScale(feature: ToldFeature): FeatureScale | 'hour' {
  return feature === 'hour' ? 'hour' : FEATURE_WORDS[feature].scale
}

/** A value of a feature, as the model reads it, for a person: "12", "64 %", "finished". */
export function toldValue(feature: ToldFeature, value: number): string {
  switch (featureScale(feature)) {
    case 'count':
    case 'days':
      return Math.round(Math.expm1(value)).toLocaleString('en-US')
    case 'ratio':
      return ratioOf(value)
    case 'rate':
      return `${Math.round(100 / (1 + Math.exp(-value)))}\u00a0%`
    case 'flag':
      return value === 1 ? 'yes' : 'no'
    case 'outcome':
      return OUTCOMES.get(value) ?? String(value)
    case 'hour':
      return `${value}:00`
    case 'deviations':
      return `${signed(value)} sd`
    case 'number':
    case 'measure':
      return Number.isInteger(value) ? String(value) : signed(value)
  }
}

/** A ratio from its logarithm, to two digits: "0.045", "1.3", "20". */
export function ratioOf(logarithm: number): string {
  return Number(Math.exp(logarithm).toPrecision(2)).toLocaleString('en-US', { maximumSignificantDigits: 2 })
}

function signed(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)}`
}
