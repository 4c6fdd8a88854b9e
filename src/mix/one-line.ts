/** What ends a line, and what turns the direction of the text behind it. */
const UNFIT = /[\s\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A name from a file as part of a title: one line, at most `most` characters as a person counts them, with … where it was cut. */
export function oneLine(name: string, most: number): string {
  const line = name.replace(UNFIT, ' ').trim()
  if (line.length <= most) return line
  const characters = Array.from(graphemes.segment(line), ({ segment }) => segment)
  return characters.length <= most ? line : `${characters.slice(0, most).join('').trimEnd()}…`
}
