/** What of a closed loop is varied: one point of the grid. */
export interface Conditions {
  readonly tracks: number
  /** Corners of a listener's taste. */
  readonly corners: number
  /** The share of a listener's corners that their history has not shown. */
  readonly hidden: number
  /** Angle in radians, root mean square, by which the strengths of the corners turn from sitting to sitting. */
  readonly drift: number
  /** Log-odds that a track loses per play lately. */
  readonly fatigue: number
  /** Log-odds that a track loses per earlier track of its genre in the sitting. */
  readonly satiation: number
  /** Spread of the liking of artists in log-odds, one by one: what corners do not tell. */
  readonly own: number
}

/** The world that the numbers are about, each figure with its reason. */
export const WORLD = {
  tracks: {
    value: 1200,
    why: 'twelve genres of about a hundred tracks: a corner is worn out by daily listening',
  },
  corners: {
    value: 4,
    why: 'listeners have a few clusters of taste (Mok et al. 2022; Anderson et al. 2020)',
  },
  hidden: { value: 0.5, why: 'a history shows what was put on, not all that would be liked' },
  drift: {
    value: 0.03,
    why: 'a random walk of 0.3 radians in 100 sittings: tastes move over months (Moore et al. 2013)',
  },
  fatigue: {
    value: 1,
    why: 'a surely finished track (.9) is finished four times in five the day after, and fresh in a week (Kapoor et al. 2015)',
  },
  satiation: {
    value: 0.12,
    why: 'the tenth track of a genre in one sitting has lost 1.1 log-odds (Warlop et al. 2018; Leqi et al. 2021)',
  },
  own: {
    value: 0.3,
    why: 'liking of single artists, beside corners that move a track by 4.8 log-odds; chosen, below the .5 of the other invented worlds',
  },
} as const satisfies Readonly<Record<keyof Conditions, { readonly value: number; readonly why: string }>>

/** What is the same at every point of the grid. */
export const HABIT = {
  slots: { value: 20, why: 'a mix' },
  leaveAfterFinish: { value: 0.02, why: 'a listener who is content hears two mixes in three to the end' },
  leaveAfterSkip: {
    value: 0.12,
    why: 'disappointment ends sittings: of a list with one finish in four a listener reaches ten slots',
  },
  artistSatiation: { value: 0.3, why: 'an artist wears out in a sitting faster than a genre' },
  fatigueDays: { value: 4, why: 'as in the other invented worlds: fresh again after about a week' },
  familiarity: {
    value: 0.22,
    why: 'as in the other invented worlds: what is known is let play on (Zajonc 1968)',
  },
  daysBetween: { value: 1.2, why: 'mean days between sittings; at least a fifth of a day' },
  quirk: {
    value: 0.8,
    why: 'spread of the liking of single tracks as a share of that of artists: only their own plays tell it',
  },
  mood: { value: 0.6, why: 'spread between sittings, as in the other invented worlds: skips come in runs' },
  like: { value: 0.25, why: 'a track that is finished and surely loved is liked out loud one time in four' },
  newListeners: { value: 0.25, why: 'this share of the listeners has no history at all' },
  historyPlays: { value: 200, why: 'plays of a history, a month or two; and of each listener of the log' },
  historyStray: { value: 0.3, why: 'share of history that charts, friends and radio put on, not taste' },
  historyDays: { value: 60, why: 'the days over which a history is spread' },
  logListeners: { value: 1500, why: 'other listeners whose plays the model has learned from' },
} as const

/** The conditions of the default world, with some of them changed. */
export function conditionsOf(changed: Partial<Conditions> = {}): Conditions {
  const { tracks, corners, hidden, drift, fatigue, satiation, own } = WORLD
  return {
    tracks: tracks.value,
    corners: corners.value,
    hidden: hidden.value,
    drift: drift.value,
    fatigue: fatigue.value,
    satiation: satiation.value,
    own: own.value,
    ...changed,
  }
}
