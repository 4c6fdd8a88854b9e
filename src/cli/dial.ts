import type { Command } from 'commander'
import { DIAL_BOUNDS, type Dial } from '../core/dial.ts'
import type { Received } from '../index.ts'
import { action, addVerb } from './context.ts'
import { boldnessWords, floorWords, noveltyWords, receivedWords, shareWords } from './dial-words.ts'
import { aligned } from './text.ts'
import { noveltyOption, numberOption } from './values.ts'

interface DialOptions {
  readonly novelty?: number | 'auto'
  readonly boldness?: number
  readonly floor?: number
  readonly reset?: boolean
}

/** Adds `dial`: how a listener wants to be surprised, kept until it is changed. */
export function addDial(program: Command): void {
  addVerb(program, 'dial', 'how much your mixes dare: new songs, bold draws, blind chance', [
    'dial',
    'dial --novelty auto',
    'dial --novelty 0.5 --boldness 1.5',
    'dial --reset',
  ])
    .option('--listener <id>', 'whose mixes (default: the only one there is)')
    .option(
      '--novelty <share>',
      'share of songs that are new to you, 0 to 1; "auto": as you have received them so far',
      noveltyOption,
    )
    .option(
      '--boldness <factor>',
      '0.5: songs you surely like … 2: the widest variety (1 is what the recipes say)',
      numberOption('--boldness', DIAL_BOUNDS.boldness),
    )
    .option(
      '--floor <share>',
      'share of mixes that blind chance draws, 0 to 0.5',
      numberOption('--floor', DIAL_BOUNDS.floor),
    )
    .option('--reset', 'back to what each recipe says')
    .action(
      action<[], DialOptions>(async (context, _, { novelty, boldness, floor, reset }) => {
        const { out, now } = context
        const engine = await context.engine()
        const name = await context.listener()
        const { id } = await engine.listener(name)
        const turned: Dial = {
          ...(novelty !== undefined && { novelty }),
          ...(boldness !== undefined && { boldness }),
          ...(floor !== undefined && { floor }),
        }
        const before = reset ? {} : await engine.dial(name)
        const dial: Dial = { ...before, ...turned }
        if (reset || Object.keys(turned).length > 0) await engine.library.dials.set(id, dial)
        const received = await engine.received(name, now())
        const auto = await autoShares(received)
        out.document({ listener: name, dial, received, auto })
        for (const line of aligned(
          [
            ['novelty', noveltyWords(dial)],
            ['boldness', boldnessWords(dial)],
            ['floor', floorWords(dial)],
          ],
          [],
        ))
          out.say(line)
        if (dial.novelty === 'auto') {
          out.say('')
          out.tell(receivedWords(received))
          out.tell(shareWords(received, auto))
        }
        if (Object.keys(turned).length > 0 || reset) out.aside('It counts from the next mix on, today’s too.')
      }),
    )
}

async function autoShares(received: Received) {
  const { AUTO_NOVELTY, calibratedNovelty, findRecipe } = await import('../index.ts')
  const { novelty } = findRecipe('daily-1')
  return { daily: calibratedNovelty(novelty, received), dailyOwn: novelty, ...AUTO_NOVELTY }
}
