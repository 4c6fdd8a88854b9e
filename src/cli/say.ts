import type { Command } from 'commander'
import type { FeedbackKind } from '../core/event.ts'
import type { Track } from '../core/track.ts'
import { action, addVerb, type Context } from './context.ts'
import { day, printable } from './text.ts'
import { numberOption } from './values.ts'

const DAY = 86_400_000

/** Adds `like`, `dislike`, `snooze` and `never`: what a listener says by hand. It counts from the next mix on. */
export function addSayings(program: Command): void {
  const track = (kind: 'like' | 'dislike', summary: string, effect: string) =>
    addVerb(program, `${kind} <track...>`, summary, [`${kind} 1234`, `${kind} "Title – Artist"`])
      .option('--listener <id>', 'who says so (default: the only one there is)')
      .option('--new', 'the listener is new here')
      .action(
        action<[words: string[]]>(async (context, [words]) => {
          const meant = await trackMeant(context, words)
          await say(
            context,
            kind,
            meant,
            `${kind === 'like' ? 'Liked' : 'Disliked'}: ${nameOf(meant)}. ${effect}`,
          )
        }),
      )
  track('like', 'say that you like a track', 'It counts from the next mix on.')
  track('dislike', 'say that you do not: it never comes again', 'It will not be in any mix.')

  addVerb(program, 'snooze <track...>', 'leave a track out for some days', [
    'snooze 1234',
    'snooze "Title – Artist" --days 90',
  ])
    .option('--listener <id>', 'who says so (default: the only one there is)')
    .option('--new', 'the listener is new here')
    .option('--days <number>', 'for how long', numberOption('--days', { min: 1, max: 36_500 }), 30)
    .action(
      action<[words: string[]], { days: number }>(async (context, [words], { days }) => {
        const meant = await trackMeant(context, words)
        const until = context.now() + days * DAY
        await say(
          context,
          'snooze',
          meant,
          `Snoozed: ${nameOf(meant)} is in no mix until ${day(until)}.`,
          until,
        )
      }),
    )

  addVerb(program, 'never <artist...>', 'leave an artist out of every mix', ['never "Some Artist"'])
    .option('--listener <id>', 'who says so (default: the only one there is)')
    .option('--new', 'the listener is new here')
    .action(
      action<[words: string[]]>(async (context, [words]) => {
        const { library } = await context.engine()
        const { findArtist } = await import('../index.ts')
        const artist = findArtist(await library.catalog(), words.join(' '))
        const { id, name } = await library.listeners.get(await context.listenerToBegin())
        const feedback = await library.feedback.say(id, { kind: 'never', identifier: 0, artist })
        context.out.document({ listener: name, said: feedback })
        context.out.tell(
          `Never again: nothing by ${printable(artist)} will be in any mix. "deepcuts undo" takes it back.`,
        )
      }),
    )
}

/** The track that words on the command line mean. @throws DeepcutsError UNKNOWN_TRACK, AMBIGUOUS_TRACK */
async function trackMeant(context: Context, words: readonly string[]): Promise<Track> {
  const { library } = await context.engine()
  const { findTrack, trackAt } = await import('../index.ts')
  const catalog = await library.catalog()
  const { id } = await library.listeners.get(await context.listenerToBegin())
  return trackAt(catalog, await findTrack(library.store, catalog, words.join(' '), id))
}

/** "Title – Artist", safe to print. */
export function nameOf({ title, artist }: Pick<Track, 'title' | 'artist'>): string {
  return printable(artist ? `${title} – ${artist}` : title)
}

async function say(
  context: Context,
  kind: FeedbackKind,
  track: Track,
  sentence: string,
  until?: number,
): Promise<void> {
  const { library } = await context.engine()
  const { id, name } = await library.listeners.get(await context.listenerToBegin())
  const saying = { kind, identifier: track.id, artist: '', ...(until === undefined ? {} : { until }) }
  const feedback = await library.feedback.say(id, saying)
  context.out.document({ listener: name, said: feedback, track })
  context.out.tell(sentence)
}
