import { relative } from 'node:path'
import { columns, paragraph } from './text.ts'

/** Where a verb writes: the result for a person or as one JSON document on stdout, everything else on stderr. */
export interface Output {
  readonly json: boolean
  readonly quiet: boolean
  /** Columns of the terminal, 80 when there is none. */
  readonly width: number
  readonly style: Styles
  /** Text for a person on stdout; nothing with --json. */
  say(text: string): void
  /** A paragraph for a person on stdout, wrapped, its first line after `first`; nothing with --json. */
  tell(text: string, first?: string): void
  /** A paragraph that is no result, on stdout: a note, or what to do next; nothing with --json or --quiet. */
  aside(text: string, first?: string): void
  /** The one document of this run; nothing without --json. */
  document(value: unknown): void
}

type Style = (text: string) => string
/** Colours on a terminal, and plain text elsewhere and with NO_COLOR. */
export interface Styles {
  readonly bold: Style
  readonly dim: Style
  readonly accent: Style
  readonly good: Style
  readonly bad: Style
}

const MOST_COLUMNS = 120
const FEWEST_COLUMNS = 40

/** Output on this process's streams. */
export function makeOutput({ json, quiet }: { json: boolean; quiet: boolean }): Output {
  const width = terminalWidth(process.stdout)
  const say = (text: string) => void (json || process.stdout.write(`${text}\n`))
  const tell = (text: string, first?: string) => say(paragraph(text, width, first))
  return {
    json,
    quiet,
    width,
    style: stylesFor(process.stdout),
    say,
    tell,
    aside: (text, first) => void (quiet || tell(text, first)),
    document: (value) => void (json && process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)),
  }
}

/** A reader that stops reading, as in `deepcuts mix | head`, ends the output without a word. */
export function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
}

/** Columns of the stream's terminal, else of COLUMNS, else 80; between 40 and 120, where reading is easy. */
function terminalWidth(stream: NodeJS.WriteStream): number {
  const told = stream.columns ?? Number(process.env.COLUMNS)
  const width = Number.isInteger(told) && told > 0 ? told : 80
  return Math.max(FEWEST_COLUMNS, Math.min(MOST_COLUMNS, width))
}

function stylesFor(stream: NodeJS.WriteStream): Styles {
  const on = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  const style = (open: number, close: number) => (text: string) =>
    on && columns(text) > 0 ? `\u001b[${open}m${text}\u001b[${close}m` : text
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    accent: style(36, 39),
    good: style(32, 39),
    bad: style(31, 39),
  }
}

/** A path as short as it can be typed: relative where it lies below the working folder. */
export function shownPath(path: string): string {
  const near = relative('.', path) || '.'
  return near.startsWith('..') ? path : near
}
