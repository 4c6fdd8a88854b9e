import { DeepcutsError } from '../core/errors.ts'
import type { Recognised } from './format.ts'
import { accountHistory, accountLibrary, accountPlaylists, notMusicHistory } from './spotify-account.ts'
import { extendedHistory } from './spotify-extended.ts'

const EXTENDED = /^Streaming_?History_(Audio|Video)_(\d{4})(?:-\d{4})?(?:_(\d+))?\.json$/i
const ENDED = /^end(song|video)(?:_(\d+))?\.json$/i
const ACCOUNT = /^StreamingHistory(?:_(music|podcast|audiobook)_)?(\d*)\.json$/i
const LIBRARY = /^YourLibrary\d*\.json$/i
const PLAYLISTS = /^Playlist(\d*)\.json$/i

/** Files of Spotify's packages that hold no plays, saves or bans: personal ones among them. They are never opened. */
const NEVER_OPENED =
  /^(Payments?|Userdata|Identity|Identifiers|UserAddress|SearchQueries|Inferences|Follow|Marquee|DuoNewFamily|FamilyPlan|UserFestivalsDataForSAR|UserPrompts|Wrapped\d*|YourSoundCapsule|VoiceInput|CarThing|MessageData|Messages|Podcast(Comments|Ratings|InteractivityRatedShow)|RatedShows?|BannedUsers?|Concerts?|PartnerConnections)[\d_]*\.json$/i

const READ_ME = /^Read_?Me_?First.*\.(pdf|txt|html?)$/i

/** What systems and browsers add to the name of a copy: " 2", " (1)", " copy 2", " - Copy (2)", "(another copy)". */
const COPY_MARK =
  /(?: ?\((?:\d+|(?:another |\d+\w\w )?copy)\)| \d+| (?:- )?(?:copy|kopie|copie|copia)(?: \d+| \(\d+\))?)$/i

/** The name that a copy was made of. What a copy tells twice is left out like any duplicate. */
function withoutCopyMark(name: string): string {
  return name.replace(/^Copy of /i, '').replace(/[^.]+(?=\.json$)/i, (stem) => stem.replace(COPY_MARK, ''))
}

/** Recognises a file of a Spotify package, or a copy of one, by its base name, in whatever folder it lies. */
export function spotifyFile(copyOrName: string): Recognised | undefined {
  const name = withoutCopyMark(copyOrName)
  const extended = EXTENDED.exec(name)
  if (extended) {
    const video = extended[1]!.toLowerCase() === 'video'
    return {
      format: 'spotify-extended',
      read: extendedHistory(video),
      order: [video ? 1 : 0, Number(extended[2]), Number(extended[3] ?? 0)],
    }
  }
  const ended = ENDED.exec(name)
  if (ended) {
    const video = ended[1]!.toLowerCase() === 'video'
    return {
      format: 'spotify-extended',
      read: extendedHistory(video),
      order: [video ? 1 : 0, 0, Number(ended[2] ?? 0)],
    }
  }
  const history = ACCOUNT.exec(name)
  if (history) {
    const kind = history[1]?.toLowerCase()
    const read = kind === 'podcast' || kind === 'audiobook' ? notMusicHistory(kind) : accountHistory
    return {
      format: 'spotify-account',
      read,
      order: [read === accountHistory ? 0 : 1, 0, Number(history[2])],
    }
  }
  if (LIBRARY.test(name)) return { format: 'spotify-account', read: accountLibrary, order: [2] }
  const playlists = PLAYLISTS.exec(name)
  if (playlists)
    return { format: 'spotify-account', read: accountPlaylists, order: [3, 0, Number(playlists[1])] }
  return undefined
}

/** Whether a file is skipped by its name alone, unread. */
export function isNeverOpened(name: string): boolean {
  return NEVER_OPENED.test(withoutCopyMark(name))
}

/** Whether a file's name shows that it lies in a Spotify package: there, unknown files are left unread too. */
export function showsSpotify(name: string): boolean {
  return isNeverOpened(name) || READ_ME.test(name) || spotifyFile(name) !== undefined
}

/** Recognises a renamed file of a Spotify package by the keys at its start. */
export function spotifySchema(head: string): Recognised | undefined {
  const has = (...keys: readonly string[]) => keys.every((key) => head.includes(`"${key}"`))
  if (/^\s*\[/.test(head)) {
    if (has('ts', 'ms_played'))
      return { format: 'spotify-extended', read: extendedHistory(false), order: [0, 0, 0] }
    if (has('endTime', 'podcastName'))
      return { format: 'spotify-account', read: notMusicHistory('podcast'), order: [1] }
    if (has('endTime', 'msPlayed'))
      return { format: 'spotify-account', read: accountHistory, order: [0, 0, 0] }
    return undefined
  }
  if (has('playlists', 'items')) return { format: 'spotify-account', read: accountPlaylists, order: [3] }
  if (has('tracks', 'artist', 'track') || has('bannedTracks') || has('bannedArtists'))
    return { format: 'spotify-account', read: accountLibrary, order: [2] }
  return undefined
}

/** Whether the start of a JSON file looks like Spotify's technical log. */
export function isTechnicalLog(head: string): boolean {
  return head.includes('"timestamp_utc"') || /"(context|message)_\w+"\s*:/.test(head)
}

const EXTENDED_PACKAGE = 'Extended streaming history'

/** The sentence for a Spotify package without anything to import; undefined when it is none. */
export function wrongPackage(
  file: string,
  names: readonly string[],
  technical: boolean,
): DeepcutsError | undefined {
  const details = { file, wanted: EXTENDED_PACKAGE }
  if (technical || names.some((name) => /technical.?log/i.test(name)))
    return new DeepcutsError('IMPORT_WRONG_PACKAGE', {
      ...details,
      package: 'Technical log information',
      problem: 'which holds no listening history',
    })
  if (names.some(isNeverOpened))
    return new DeepcutsError('IMPORT_WRONG_PACKAGE', {
      ...details,
      package: 'Account data',
      problem: 'but without a streaming history, a library or a playlist in it',
    })
  if (names.some((name) => READ_ME.test(name)))
    return new DeepcutsError('IMPORT_WRONG_PACKAGE', {
      ...details,
      package: names.some((name) => /extended/i.test(name)) ? EXTENDED_PACKAGE : 'Account data',
      problem: 'but it came without its data files',
    })
  return undefined
}

/** What a listener should know about the packages that they brought. */
export function packageNotes(formats: ReadonlySet<string>, plays: number): readonly string[] {
  if (!formats.has('spotify-account') || formats.has('spotify-extended')) return []
  const more = `Request "${EXTENDED_PACKAGE}" at spotify.com/account/privacy and import it too: nothing will be counted twice.`
  return plays > 0
    ? [`This is the account data package: about one year, without the reasons why plays ended. ${more}`]
    : [`This package has a library but no streaming history. ${more}`]
}
