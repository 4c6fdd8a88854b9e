import { fold } from '../core/track.ts'
import type { Catalog } from './catalog.ts'

/** One key for all versions of a song: the artist, and the title without what says which version it is. */
export function songKey(catalog: Catalog, row: number): string {
  return `${catalog.artist[row]}|${songTitle(catalog.titles.at(row))}`
}

/** Words of which a version's whole description may consist. */
const PLAIN =
  /^(?:(?:live|acoustic|unplugged|instrumental|karaoke|a cappella|acapella|demo|mono|stereo|remaster(?:ed)?|remix(?:ed)?|mix|edit|version|edition|bonus|track|deluxe|expanded|extended|anniversary|explicit|clean|sped|slowed|up|down|reverb|radio|single|album|original|studio|club|digital(?:ly)?|full|short|long|length|early|alternate|alternative|re-?recorded|take|session|the|and|\d+(?:st|nd|rd|th|s)?)(?:[\s,;:/&+.]+|$))+$/
/** One of these must be among them: "(Original)" or "(1999)" alone may be a name. */
const TELLING =
  /\b(?:live|acoustic|unplugged|instrumental|karaoke|a cappella|acapella|demo|mono|stereo|remaster(?:ed)?|remix(?:ed)?|mix|edit|version|edition|bonus track|deluxe|extended|re-?recorded|sped up|slowed|session)\b/
/** "Anybody's Remix", "1999 Club Mix": whatever stands before these. */
const ENDING = /\b(?:remix|mix|edit|version|edition|remaster(?:ed)?|demo)$/
/** "Live at the Hall", "Remastered in …", "Demo from …". */
const BEGINNING =
  /^(?:recorded |(?:live|acoustic|unplugged|demo|session)(?: (?:version|recording|session|acoustic))? )(?:live )?(?:at|in|from|on)\b|^remaster(?:ed)? /
/** Credits of guests: "feat. Somebody". */
const CREDIT = /^(?:feat|ft|featuring|with)\b/
/** What names a part of a work is never a version of the whole: "II. Andante", "Pt. 2", "Act 1". */
const PART =
  /^(?:[ivxlcdm]+|\d+)[.:](?:\s|$)|\b(?:part|parts|pt|pts|vol|volume|act|scene|movement|mvt|no|nr|op|chapter|book)\b\.?\s*(?:\d|[ivxlcdm]+\b|one|two|three|four|five)/

const GUESTS_IN_BRACKETS = /\s*[([](?:feat|ft|featuring|with)\b[^()[\]]*[)\]]/g
const GUESTS = /\s+(?:feat|ft|featuring)\b\.?\s[^()[\]]+$/
const LAST_BRACKET = /\s*[([]([^()[\]]*)[)\]]$/
const LAST_DASH = /\s+-\s+((?:(?!\s-\s).)+)$/

/**
 * A title without the words that tell one version from another: live, remastered, remix, edit, demo, credits of guests. Anything
 * else behind a dash or in brackets is part of the name.
 */
export function songTitle(title: string): string {
  let rest = fold(title).replace(GUESTS_IN_BRACKETS, '') || fold(title)
  for (;;) {
    const shorter = withoutLast(rest)
    if (!shorter || shorter === rest) return rest
    rest = shorter
  }
}

function withoutLast(title: string): string {
  for (const last of [LAST_BRACKET, LAST_DASH]) {
    const found = last.exec(title)
    if (!found) continue
    const [whole, words] = [found[0], found[1]!]
    const before = title.slice(0, -whole.length)
    if (isVersion(words)) return before
    // "Live at the Hall - 1999": a year goes with the version before it.
    if (/^\d{4}$/.test(words) && withoutLast(before) !== before) return withoutLast(before)
  }
  return title.replace(GUESTS, '')
}

function isVersion(words: string): boolean {
  if (CREDIT.test(words)) return true
  if (PART.test(words)) return false
  return BEGINNING.test(words) || ENDING.test(words) || (PLAIN.test(words) && TELLING.test(words))
}
