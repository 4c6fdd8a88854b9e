import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import { action, addVerb, type Context } from './context.ts'
import { shownPath } from './output.ts'
import { checkedPath, writeWhole } from './page-file.ts'
import { commaList, numberOption } from './values.ts'

interface CarouselVerbOptions {
  readonly playlists?: string
  readonly users?: string
  readonly rounds: number
  readonly visitors: number
  readonly seeds: number
  readonly policies?: readonly string[]
  readonly out?: string
}

const count = (option: string, min: number, max: number) => numberOption(option, { whole: true, min, max })

/** Adds `evaluate carousel`: policies that fill a carousel of playlists and learn from its clicks. */
export function addEvaluateCarousel(
  evaluate: Command,
  show: (context: Context, report: unknown, text: string) => void,
): void {
  addVerb(
    evaluate,
    'carousel [playlists]',
    'on a carousel of playlists: which policy learns what is clicked at the least cost?',
    [
      'evaluate carousel playlist_features.csv --out report.html',
      'evaluate carousel --rounds 20 --seeds 2 --policies deepcuts,ts-seg-pessimistic',
    ],
  )
    .option('--playlists <file>', 'the same: a table of weights, or the folder with playlist_features.csv')
    .option('--users <file>', 'a table of listeners, perhaps with a column segment (default: surrogates)')
    .option(
      '--rounds <number>',
      'rounds; what is learned counts from the next one on',
      count('--rounds', 1, 10_000),
      100,
    )
    .option('--visitors <number>', 'listeners a round', count('--visitors', 1, 1_000_000), 20_000)
    .option('--seeds <number>', 'how often all of it is repeated', count('--seeds', 1, 100), 5)
    .option(
      '--policies <names>',
      'these, with commas (default: ours, and those of the published plot that matter)',
      commaList,
    )
    .option('--out <file>', 'a page with plots')
    .action(
      action<[file: string | undefined], CarouselVerbOptions>(async (context, [file], options) => {
        const { playlists: named, out, ...rest } = options
        if (file !== undefined && named !== undefined)
          throw new DeepcutsError('BAD_VALUE', {
            option: 'The file of playlists',
            value: 'given twice',
            expected: 'given once, after "carousel" or with --playlists',
          })
        const playlists = file ?? named
        const path = out === undefined ? undefined : await checkedPath(out)
        const { evaluateCarousel } = await import('../evaluate/carousel.ts')
        const { renderCarousel } = await import('../evaluate/carousel-report.ts')
        const report = await evaluateCarousel(
          { ...rest, ...(playlists !== undefined && { playlists }) },
          context.progress,
          context.signal,
        )
        if (path) {
          const { renderCarouselPage } = await import('../evaluate/carousel-page.ts')
          await writeWhole(path, renderCarouselPage(report))
        }
        show(context, report, renderCarousel(report))
        if (path) context.out.say(`Written: ${shownPath(path)}`)
      }),
    )
}
