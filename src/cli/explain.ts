import type { Command } from 'commander'
import type { Explanation } from '../index.ts'
import { action, addVerb } from './context.ts'
import type { Output } from './output.ts'
import { nameOf } from './say.ts'
import { aligned, count, day, many, percent, printable } from './text.ts'

const BAR = 12
/** Effects under this are not told: they do not move the percentage. */
const NEGLIGIBLE = 0.02

/** What the groups of features are about, in words. */
const GROUPS: Readonly<Record<Explanation['contributions'][number]['group'], string>> = {
  track: 'what you did with this track',
  artist: 'what you did with its artist',
  sound: 'how it sounds, and what you like so',
  time: 'the hour and the day',
  sitting: 'what you just listened to',
  listener: 'how you listen lately',
}

/** Adds `explain`: what the model believes about one track, and what speaks for and against it. */
export function addExplain(program: Command): void {
  addVerb(program, 'explain <track...>', 'why a track is for you, or is not', [
    'explain 1234',
    'explain "Artist – Title"',
    'explain https://open.spotify.com/track/… --json',
  ])
    .option('--listener <id>', 'for whom (default: the only one there is)')
    .action(
      action<[words: string[]]>(async (context, [words]) => {
        const engine = await context.engine()
        const listener = await context.listener()
        const { explainTrack, findTrack } = await import('../index.ts')
        const catalog = await engine.library.catalog()
        const row = await findTrack(engine.library.store, catalog, words.join(' '))
        const explanation = await explainTrack(engine, listener, row)
        context.out.document(explanation)
        showExplanation(explanation, context.out)
      }),
    )
}

function showExplanation(explanation: Explanation, out: Output): void {
  const { track, likability, average, nearestLoved, refused, hasAudio } = explanation
  const { style } = out
  out.say(`${style.bold(nameOf(track))}${style.dim(`  track ${track.id}`)}`)
  if (refused) out.tell(style.bad(`It is in no mix: ${REFUSALS[refused] ?? refused}.`))
  out.tell(
    `${percent(likability)} likely that you finish it if it is played now; an average play of yours has ${percent(average)}.`,
  )
  out.say('')
  for (const fact of facts(explanation)) out.tell(fact, '• ')
  if (nearestLoved) out.tell(`Of the tracks you love, ${nameOf(nearestLoved)} is closest in sound.`, '• ')
  if (!hasAudio) out.tell('Its audio features are not known: a catalog that has them would tell more.', '• ')
  showContributions(explanation, out)
}

const REFUSALS: Readonly<Record<string, string>> = {
  disliked: 'you disliked it',
  snoozed: 'you snoozed it',
  'never this artist': 'you said never to its artist',
}

function facts({ track, history, artist }: Explanation): string[] {
  const { plays, finishes, skips, lastPlayedAt } = history
  const opinion = history.liked ? ' You liked it.' : history.saved ? ' You saved it.' : ''
  const played =
    plays > 0
      ? `You played it ${plays === 1 ? 'once' : `${count(plays)} times`}: ${count(finishes)} finished, ${count(skips)} skipped, last on ${day(lastPlayedAt)}.`
      : 'You never played it.'
  const others =
    artist.plays > 0
      ? [
          `You played ${many(artist.tracks, 'track')} of ${printable(artist.name)} ${many(artist.plays, 'time')}: ${count(artist.finishes)} finished, ${count(artist.skips)} skipped.`,
        ]
      : track.artist
        ? [`You never played anything by ${printable(track.artist)}.`]
        : []
  return [`${played}${opinion}`, ...others]
}

function showContributions({ contributions, history, artist }: Explanation, out: Output): void {
  const told = contributions.filter(({ logOdds }) => Math.abs(logOdds) >= NEGLIGIBLE)
  if (told.length === 0) return
  const subject = (group: keyof typeof GROUPS) =>
    group === 'track' && history.plays === 0
      ? 'that it is new to you'
      : group === 'artist' && artist.plays === 0
        ? 'that its artist is new to you'
        : GROUPS[group]
  const largest = Math.max(...told.map(({ logOdds }) => Math.abs(logOdds)))
  out.say('')
  out.tell('What moves it away from your average play, in log-odds:')
  const rows = told.map(({ group, logOdds, features }) => {
    const length = Math.max(1, Math.round((BAR * Math.abs(logOdds)) / largest))
    const drawn = '━'.repeat(length)
    const most = features
      .filter((feature) => Math.abs(feature.logOdds) >= NEGLIGIBLE)
      .slice(0, 2)
      .map(({ name }) => inWords(name))
    return [
      `  ${subject(group)}`,
      `${logOdds < 0 ? '−' : '+'}${Math.abs(logOdds).toFixed(2)}`,
      logOdds < 0 ? out.style.bad(drawn) : out.style.good(drawn),
      ...(out.width >= 100 ? [out.style.dim(most.join(', '))] : []),
    ]
  })
  for (const line of aligned(rows, [1])) out.say(line)
}

/** "trackRecentRate" and "time_signature" as words. */
function inWords(name: string): string {
  return name.replaceAll('_', ' ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}
