import type { Command } from 'commander'
import { action, addVerb } from './context.ts'
import { nameOf } from './say.ts'
import { aligned, printable } from './text.ts'
import { numberOption } from './values.ts'

/** Adds `split`: takes a name out of a recording that it was wrongly merged into. */
export function addSplit(program: Command): void {
  addVerb(program, 'split <track...>', 'see which names were merged into a track, and take one out', [
    'split "Title – Artist"',
    'split 1234 --identifier 5678',
  ])
    .option(
      '--identifier <number>',
      'the name to take out',
      numberOption('--identifier', { min: 1, whole: true }),
    )
    .action(
      action<[words: string[]], { identifier?: number }>(async (context, [words], { identifier }) => {
        const { out } = context
        const { library } = await context.engine()
        const { findTrack, trackAt } = await import('../index.ts')
        const catalog = await library.catalog()
        const row = await findTrack(library.store, catalog, words.join(' '))
        const track = trackAt(catalog, row)
        const names = await library.recordings.names(catalog, row)
        if (identifier !== undefined) {
          const { DeepcutsError } = await import('../core/errors.ts')
          if (names.length < 2 || !names.some((name) => name.identifier === identifier))
            throw new DeepcutsError('BAD_VALUE', {
              option: '--identifier',
              value: identifier,
              expected:
                names.length < 2
                  ? 'left out: this track has one name only'
                  : `one of ${names.map((name) => name.identifier).join(', ')}`,
            })
          await library.recordings.split(identifier)
          out.document({ track, split: names.find((name) => name.identifier === identifier) })
          out.tell(`${identifier} is a track of its own from now on.`)
          out.aside('Next: "deepcuts train", so that the model knows.')
          return
        }
        out.document({ track, names })
        out.say(
          `${nameOf(track)} (track ${track.id}) goes by ${names.length === 1 ? 'one name' : `${names.length} names`}:`,
        )
        const rows = names.map(({ identifier: id, scheme, value, title, artist, album }) => [
          `  ${id}`,
          scheme,
          scheme === 'name' || scheme === 'title' ? '' : printable(value),
          printable(`${title}${artist && ` – ${artist}`}${album && `, ${album}`}`),
        ])
        for (const line of aligned(rows, [0])) out.say(line)
        if (names.length > 1) out.aside(`To take one out: deepcuts split ${track.id} --identifier N`)
      }),
    )
}
