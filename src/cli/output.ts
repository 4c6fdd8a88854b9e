import { relative } from 'node:path'
import type { Terminal } from './terminal.ts'
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
  /** A line on stderr; nothing with --quiet. */
  warn(text: string): void
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

/** Output on a terminal's streams. */
export function makeOutput(terminal: Terminal, { json, quiet }: { json: boolean; quiet: boolean }): Output {
  const { width } = terminal
  const say = (text: string) => void (json || terminal.write('stdout', `${text}\n`))
  const tell = (text: string, first?: string) => say(paragraph(text, width, first))
  return {
    json,
    quiet,
    width,
    style: stylesFor(terminal.colours),
    say,
    tell,
    aside: (text, first) => void (quiet || tell(text, first)),
    warn: (text) => void (quiet || terminal.write('stderr', `${text}\n`)),
    document: (value) => void (json && terminal.write('stdout', `${JSON.stringify(value, null, 2)}\n`)),
  }
}

/** A reader that stops reading, as in `deepcuts mix | head`, ends the output without a word. */
export function endQuietlyWithReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
}

function stylesFor(on: boolean): Styles {
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

/** A path as short as it can be typed: relative where it lies below the working folder, this process's unless another is given. */
export function shownPath(path: string, folder = '.'): string {
  const near = relative(folder, path) || '.'
  return near.startsWith('..') ? path : near
}
