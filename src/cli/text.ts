/** Text as a terminal shows it: widths in columns, wrapping, and words for numbers. */

const MARKS = /\p{M}|\p{Cf}/u
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u
const STYLES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
const UNSAFE = /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** The text without control characters and direction marks: names come from files, and must not steer a terminal. */
export function printable(text: string): string {
  return text.replace(UNSAFE, ' ')
}

/** How many columns the text takes; styles take none, marks none, East Asian characters and emoji two. */
export function columns(text: string): number {
  let width = 0
  for (const character of text.replace(STYLES, ''))
    if (character < '\u0300') width++
    else width += MARKS.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}

/** The text in at most `width` columns, with … where it was cut. */
export function cut(text: string, width: number): string {
  if (columns(text) <= width) return text
  let kept = ''
  let used = 0
  for (const character of text) {
    used += columns(character)
    if (used > width - 1) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}

/** The text cut or padded to exactly `width` columns. */
export function padded(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const short = cut(text, width)
  const space = ' '.repeat(Math.max(0, width - columns(short)))
  return side === 'left' ? short + space : space + short
}

/** Lines of at most `width` columns, broken between words but not before a percent sign; a longer word is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const whole of text.split(/ (?!%)/)) {
    let word = whole
    if (line && columns(line) + 1 + columns(word) > width) {
      lines.push(line)
      line = ''
    }
    while (!line && columns(word) > width) {
      const head = headOf(word, width)
      lines.push(head)
      word = word.slice(head.length)
    }
    line = line ? `${line} ${word}` : word
  }
  return line || lines.length === 0 ? [...lines, line] : lines
}

function headOf(word: string, width: number): string {
  let head = ''
  for (const character of word) {
    if (head && columns(head + character) > width) break
    head += character
  }
  return head
}

/** The text wrapped to `width` columns, its first line after `first` and the others as far in. */
export function paragraph(text: string, width: number, first = ''): string {
  const rest = ' '.repeat(columns(first))
  return wrap(text, Math.max(10, width - columns(first)))
    .map((line, i) => (i === 0 ? first : rest) + line)
    .join('\n')
}

/** Rows as aligned columns two spaces apart; columns whose index is in `right` end flush. Lines end without spaces. */
export function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, columns(cell))
    })
  return rows.map((row) =>
    row
      .map((cell, i) => padded(cell, widths[i]!, right.includes(i) ? 'right' : 'left'))
      .join('  ')
      .trimEnd(),
  )
}

/** A number with thousands separators. */
export function count(n: number): string {
  return n.toLocaleString('en-US')
}

/** "1 track", "1,200 tracks". */
export function many(n: number, noun: string, plural = `${noun}s`): string {
  return `${count(n)} ${n === 1 ? noun : plural}`
}

/** A share of 0…1 as whole percent. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

/** The date in UTC, YYYY-MM-DD. */
export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** A length of time for a person: "0.4 s", "12 s", "3 min 5 s", "1 h 20 min". */
export function lasting(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`
}
