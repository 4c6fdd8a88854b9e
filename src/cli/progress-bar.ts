import type { SingleBar } from 'cli-progress'
import type { Progress } from '../core/progress.ts'
import { columns, count, cut, lasting } from './text.ts'

/** Progress that can be cleared away at any moment, as before an error. */
export interface DrawnProgress extends Progress {
  stop(): void
}

interface Stage {
  readonly name: string
  readonly total: number
  readonly unit: string
  readonly startedAt: number
  done: number
  told?: string
  readonly bar?: SingleBar
}

const LINE_EVERY_MS = 5000
const BAR = 24

/** Draws long work: a bar on a terminal, else a line every five seconds at most; and a line at the end of each stage. */
export async function drawProgress(stream: NodeJS.WriteStream, now: () => number): Promise<DrawnProgress> {
  const bars = stream.isTTY ? await import('cli-progress') : undefined
  let stage: Stage | undefined
  let toldAt = 0
  const end = () => {
    if (!stage) return
    const { bar, name, done, unit, startedAt, told } = stage
    bar?.stop()
    const what = done > 0 ? `${count(done)}${unit && ` ${unit}`} in ` : ''
    stream.write(`${name}: ${what}${lasting((now() - startedAt) / 1000)}${told ? `; ${told}` : ''}\n`)
    stage = undefined
  }
  return {
    stage(name, total, unit = '') {
      end()
      toldAt = now()
      const begun: Stage = { name: capital(name), total, unit, startedAt: toldAt, done: 0 }
      stage = begun
      if (bars) stage = { ...begun, bar: startBar(bars.SingleBar, stream, () => stage ?? begun, now) }
    },
    at(done, told) {
      if (!stage) return
      stage.done = done
      if (told) stage.told = told
      if (stage.bar) stage.bar.update(done)
      else if (now() - toldAt >= LINE_EVERY_MS && !(stage.total > 0 && done >= stage.total)) {
        toldAt = now()
        stream.write(`${stage.name}: ${facts(stage, toldAt).join(', ')}\n`)
      }
    },
    done: end,
    stop() {
      stage?.bar?.stop()
      stage = undefined
    },
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function startBar(
  Bar: typeof SingleBar,
  stream: NodeJS.WriteStream,
  stage: () => Stage,
  now: () => number,
): SingleBar {
  const bar = new Bar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
    format: () => barLine(stage(), now(), (stream.columns ?? 80) - 1),
  })
  bar.start(Math.max(1, stage().total), 0)
  return bar
}

function barLine(stage: Stage, at: number, width: number): string {
  const told = facts(stage, at).join(' · ')
  const bare = `${stage.name}  ${told}`
  if (stage.total <= 0) return cut(bare, width)
  const filled = Math.round(BAR * Math.min(1, stage.done / stage.total))
  const line = `${stage.name}  ${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}  ${told}`
  return columns(line) <= width ? line : cut(bare, width)
}

/** Share, amount, rate and time left, as far as they can be known; of slow work the time left says more than the rate. */
function facts({ total, done, unit, startedAt, told = '' }: Stage, at: number): string[] {
  const seconds = (at - startedAt) / 1000
  const rate = seconds > 0.2 && done > 0 ? done / seconds : 0
  const units = unit && ` ${unit}`
  const speed =
    rate >= 1 && (total <= 0 || done < total)
      ? [`${rate < 10 ? rate.toFixed(1) : count(Math.round(rate))}${units}/s`]
      : []
  if (total <= 0) return [`${count(done)}${units}`, ...speed]
  const left = rate > 0 && done < total ? [`${lasting((total - done) / rate)} left`] : []
  const share = `${Math.floor((100 * Math.min(done, total)) / total)} %`
  return [share, ...speed, ...left, told].filter((fact) => fact !== '')
}
