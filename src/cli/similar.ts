import type { Command } from 'commander'
import type { Similar } from '../similar.ts'
import { action, addVerb, type Context } from './context.ts'
import type { Output } from './output.ts'
import { nameOf } from './say.ts'
import { columns, cut, printable, wrap } from './text.ts'
import { numberOption } from './values.ts'

/** Adds `similar`: the tracks most like one, and why. */
export function addSimilar(program: Command): void {
  addVerb(program, 'similar <track...>', 'tracks like one, and why', [
    'similar "Title – Artist"',
    'similar https://open.spotify.com/track/… -n 50 --json',
  ])
    .option('--listener <id>', 'whose playlists count too (default: the only one there is)')
    .option('-n, --n <tracks>', 'how many tracks', numberOption('--n', { min: 1, max: 500, whole: true }), 20)
    .action(
      action<[words: string[]], { n: number }>(async (context, [words], { n, listener: asked }) => {
        const engine = await context.engine()
        const { findSong, playsBy, similarTracks } = await import('../index.ts')
        const listener = await whosePlaylists(context, asked)
        const { store, catalog } = engine.library
        const plays = async () =>
          listener === undefined ? () => 0 : playsBy(store, await catalog(), listener)
        const { row, note } = await findSong(engine, words.join(' '), plays)
        const like = await similarTracks(engine, row, n, listener)
        const found = note === undefined ? like : { ...like, notes: [note, ...like.notes] }
        context.out.document(found)
        showSimilar(found, context.out)
      }),
    )
}

/** The listener that is asked for, else the only one, else nobody. */
async function whosePlaylists(context: Context, asked?: string): Promise<number | undefined> {
  const { listeners } = (await context.engine()).library
  if (asked !== undefined) return (await listeners.get(asked)).id
  const known = await listeners.list()
  return known.length === 1 ? known[0]!.id : undefined
}

function showSimilar({ track, similar, notes }: Similar, out: Output): void {
  const { style, width } = out
  out.say(style.bold(cut(`Like ${nameOf(track)}`, width)) + style.dim(`  track ${track.id}`))
  if (similar.length > 0) out.say('')
  const place = Math.max(2, String(similar.length).length)
  const indent = ' '.repeat(place + 2)
  similar.forEach(({ track: other, why }, i) => {
    const [first, ...rest] = wrap(nameOf(other), width - columns(indent))
    out.say(`${style.dim(String(i + 1).padStart(place))}  ${style.bold(first!)}`)
    for (const line of rest) out.say(indent + style.bold(line))
    for (const line of wrap(printable(why.join(' · ')), width - columns(indent)))
      out.say(indent + style.dim(line))
  })
  if (similar.length > 0 && notes.length > 0) out.say('')
  for (const note of notes) out.aside(note, '• ')
}
