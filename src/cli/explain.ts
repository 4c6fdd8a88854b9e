import type { Command } from 'commander'
import type { Explanation } from '../index.ts'
import { featureWords } from '../report/feature-words.ts'
import { action, addVerb } from './context.ts'
import type { Output } from './output.ts'
import { nameOf } from './say.ts'
import { columns, count, cut, day, many, padded, percent, printable } from './text.ts'

const BAR = 12
/** A shorter bar tells nothing: then the words get a line of their own. */
const SHORTEST_BAR = 6
/** From this width on the strongest features are named behind the bars. */
const FEATURES_FROM = 100
/** Columns of "−1.23 ± 0.45". */
const NUMBER = 12
/** Effects under this are not told: they do not move the percentage. */
const NEGLIGIBLE = 0.02

/** The heads disagree this many times as much as usual: the model is guessing; so many times as much: it is sure. */
const GUESSING = 1.5
const SURE = 0.67

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
    'explain "Title – Artist"',
    'explain https://open.spotify.com/track/… --json',
  ])
    .option('--listener <id>', 'for whom (default: the only one there is)')
    .action(
      action<[words: string[]]>(async (context, [words]) => {
        const engine = await context.engine()
        const listener = await context.listener()
        const { explainTrack, findSong, playsBy } = await import('../index.ts')
        const catalog = await engine.library.catalog()
        const { id } = await engine.library.listeners.get(listener)
        const plays = () => playsBy(engine.library.store, catalog, id)
        const { row, note } = await findSong(engine, words.join(' '), plays)
        const explanation = await explainTrack(engine, listener, row)
        context.out.document({ ...explanation, notes: note === undefined ? [] : [note] })
        showExplanation(explanation, context.out)
        if (note !== undefined) context.out.say('')
        if (note !== undefined) context.out.aside(note, '• ')
      }),
    )
}

function showExplanation(explanation: Explanation, out: Output): void {
  const { track, likability, average, nearestLoved, refused, hasAudio } = explanation
  const { style } = out
  out.tell(`${style.bold(nameOf(track))}${style.dim(`  track ${track.id}`)}`)
  if (refused) out.tell(style.bad(`It is in no mix: ${REFUSALS[refused] ?? refused}.`))
  out.tell(
    `${percent(likability)} likely that you finish it if it is played now; your plays, averaged in log-odds, come to ${percent(average)}. ${certainty(explanation)}`,
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

/** Whether the model is sure or guessing, in words. */
function certainty({ uncertainty }: Explanation): string {
  const { heads, spread, usual, low, high } = uncertainty
  const sure =
    spread >= GUESSING * usual
      ? 'The model is guessing more than usual'
      : spread <= SURE * usual
        ? 'The model is surer of that than usual'
        : 'The model is as sure of that as usual'
  const range = percent(low) === percent(high) ? percent(low) : `from ${percent(low)} to ${percent(high)}`
  return `${sure}: four fifths of its ${count(heads)} heads say ${range}.`
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
  out.tell('What moves it away from the average of your plays, in log-odds (±: how far the heads disagree):')
  const { style, width } = out
  const words = Math.max(...told.map(({ group }) => columns(subject(group)))) + 2
  const free = width - words - NUMBER - 4
  const beside = free >= SHORTEST_BAR
  const most = beside ? Math.min(BAR, free) : Math.min(BAR, width - NUMBER - 6)
  for (const { group, logOdds, spread, features } of told) {
    const drawn = '━'.repeat(Math.max(1, Math.round((most * Math.abs(logOdds)) / largest)))
    const number =
      `${logOdds < 0 ? '−' : '+'}${Math.abs(logOdds).toFixed(2)} ± ${spread.toFixed(2)}`.padStart(NUMBER)
    const bar = logOdds < 0 ? style.bad(drawn) : style.good(drawn)
    const moving = features.filter((feature) => Math.abs(feature.logOdds) >= NEGLIGIBLE)
    // Four features tell the hour together.
    const named = moving.map(({ name }) => featureWords(/^hour(Sin|Cos)/.test(name) ? 'hour' : name))
    const [first = '', second] = new Set(named)
    const two = second === undefined ? first : `${first} · ${second}`
    const strongest = columns(two) > free - most - 2 ? first : two
    if (!beside) {
      out.tell(subject(group), '  ')
      out.say(`    ${number}  ${bar}`)
    } else if (width < FEATURES_FROM || strongest === '') {
      out.say(`${padded(`  ${subject(group)}`, words)}  ${number}  ${bar}`)
    } else {
      const behind = style.dim(cut(strongest, free - most - 2))
      out.say(`${padded(`  ${subject(group)}`, words)}  ${number}  ${padded(bar, most)}  ${behind}`)
    }
  }
}
