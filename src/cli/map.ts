import type { Command } from 'commander'
import { action, addVerb } from './context.ts'
import { shownPath } from './output.ts'
import { checkedPath, writeWhole } from './page-file.ts'
import { count, many } from './text.ts'

/** Adds `map`: one page with every track as a point, near to what is like it. */
export function addMap(program: Command): void {
  addVerb(program, 'map', 'one page to look around in: your tracks as a map, coloured by taste', [
    'map',
    'map --out music.html',
  ])
    .option('--out <file>', 'where the page goes', 'map.html')
    .option('--listener <id>', 'whose tracks (default: the only one there is)')
    .action(
      action<[], { out: string }>(async ({ engine, listener, now, out, progress, signal }, _, options) => {
        const path = await checkedPath(options.out)
        const { readMap } = await import('../map/map.ts')
        const map = await readMap(await engine(), await listener(), now(), progress, signal)
        const { renderMap } = await import('../map/page.ts')
        await writeWhole(path, renderMap(map))
        const { points, ...rest } = map
        out.document({ ...rest, shown: points.n, file: options.out })
        const { liked, heard, skipped } = map.kinds
        out.tell(
          `${many(points.n, 'track')} in ${many(map.corners.length, 'corner')}: ${count(liked + heard + skipped)} known, ${count(map.kinds.new)} new.`,
        )
        map.corners.forEach(({ name, sound, tracks }, i) => {
          out.aside(
            `${name}${sound && sound !== name ? ` (${sound})` : ''}: ${many(tracks, 'track')}`,
            `  ${i + 1}. `,
          )
        })
        if (map.model === undefined)
          out.aside('No model serves, so the map shows no likabilities: "deepcuts train" makes one.')
        if (map.withoutAudio === points.n)
          out.aside(
            'No audio features are known: "deepcuts import" a catalog with them, and tracks lie by their sound.',
          )
        out.say(`Written: ${shownPath(path)}`)
        out.warn('The page names what one person hears, likes and skips: mind whom you give it to.')
      }, 'copy'),
    )
}
