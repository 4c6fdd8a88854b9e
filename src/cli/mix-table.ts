import type { Mix, MixTrack } from '../core/mix.ts'
import type { Output } from './output.ts'
import { columns, lasting, many, padded, paragraph, percent, printable, wrap } from './text.ts'

const BAR = 8
const MARK = 7
const SHARE = 5
const GAP = '  '
/** Under this width the room of the bars goes to the titles. */
const BARS_FROM = 60
/** From this width on a reason stands beside its track, below it on narrower terminals. */
const WIDE_FROM = 110

/** A mix for a terminal: what it is, its tracks with likability, mark and reason, and its notes. `most`: tracks to show. */
export function showMix(mix: Mix, out: Output, most = mix.tracks.length): void {
  const { style } = out
  const [title, about] = [printable(mix.title), summary(mix)]
  const fits = columns(`${title}  ${about}`) <= out.width
  if (fits) out.say(style.bold(title) + style.dim(`  ${about}`))
  else {
    for (const line of wrap(title, out.width)) out.say(style.bold(line))
    out.say(style.dim(paragraph(about, out.width)))
  }
  out.say(paragraph(printable(mix.description), out.width))
  if (mix.tracks.length > 0) out.say('')
  const place = String(mix.tracks.length).length
  const linesOf = isToldApart(mix.tracks) ? trackLines : nameLines
  for (const track of mix.tracks.slice(0, most)) out.say(linesOf(track, out, Math.max(2, place)).join('\n'))
  if (mix.tracks.length > most)
    out.say(style.dim(`${' '.repeat(Math.max(2, place))}${GAP}… and ${mix.tracks.length - most} more`))
}

/** What the bars mean, and the marks that these tracks have. */
export function showLegend(tracks: readonly MixTrack[], out: Output): void {
  if (!isToldApart(tracks)) return
  const meanings = [
    '%: how likely you are to finish it now',
    ...(tracks.some(({ familiarity, explored }) => familiarity === 'new' && !explored)
      ? ['new: you have never played it']
      : []),
    ...(tracks.some(({ explored }) => explored) ? ['explore: new, and a deliberate risk'] : []),
  ]
  if (!out.quiet) out.say(out.style.dim(paragraph(meanings.join(' · '), out.width)))
}

/** What is to be said about mixes: each sentence once, with the mixes it is about unless it is about all. */
export function showNotes(mixes: readonly Pick<Mix, 'recipe' | 'notes'>[], out: Output): void {
  const about = new Map<string, Set<string>>()
  for (const { recipe, notes } of mixes)
    for (const note of notes) about.set(note, (about.get(note) ?? new Set()).add(recipe))
  for (const [note, recipes] of about)
    out.aside(printable(recipes.size === mixes.length ? note : `${[...recipes].join(', ')}: ${note}`), '• ')
}

function summary({ tracks, listener }: Mix): string {
  const lengths = tracks.map(({ track }) => track.durationMs ?? Number.NaN)
  const total = lengths.reduce((sum, ms) => sum + ms, 0)
  const length = total > 0 ? ` · ${lasting(total / 1000).replace(/ \d+ s$/, '')}` : ''
  return `for ${printable(listener)} · ${many(tracks.length, 'track')}${length}`
}

/** Whether numbers and reasons say anything: where they are the same on every track, as in first songs, names are enough. */
function isToldApart([first, ...others]: readonly MixTrack[]): boolean {
  if (!first || others.length === 0) return first !== undefined
  return others.some(
    ({ likability, reason }) =>
      percent(likability) !== percent(first.likability) || reason.text !== first.reason.text,
  )
}

function nameLines({ track: { title, artist }, position }: MixTrack, out: Output, place: number): string[] {
  const indent = ' '.repeat(place) + GAP
  const [first, ...rest] = wrap(
    printable(artist ? `${title} – ${artist}` : title),
    out.width - columns(indent),
  )
  const number = out.style.dim(padded(String(position), place, 'right'))
  return [`${number}${GAP}${out.style.bold(first!)}`, ...rest.map((line) => indent + out.style.bold(line))]
}

function trackLines(item: MixTrack, out: Output, place: number): string[] {
  const { style, width } = out
  const indent = ' '.repeat(place) + GAP
  const likability = padded(percent(item.likability), SHARE, 'right')
  const tail = `${style.accent(padded(markOf(item), MARK))}${likability}${bar(item.likability, out)}`
  const tailWidth = MARK + SHARE + (width < BARS_FROM ? 0 : 1 + BAR)
  const { title, artist } = item.track
  const name = printable(artist ? `${title} – ${artist}` : title)
  const beside = width >= WIDE_FROM
  const space = width - columns(indent) - tailWidth - GAP.length
  const nameWidth = beside ? Math.floor(space * 0.46) : space
  const names = wrap(name, nameWidth)
  const first = `${style.dim(padded(String(item.position), place, 'right'))}${GAP}${style.bold(padded(names[0]!, nameWidth))}${GAP}${tail}`
  const reason = printable(item.reason.text)
  if (!beside)
    return [
      first,
      ...names.slice(1).map((line) => indent + style.bold(line)),
      ...wrap(reason, width - columns(indent)).map((line) => indent + style.dim(line)),
    ]
  const reasons = wrap(reason, space - nameWidth - GAP.length)
  const lines = [`${first}${GAP}${style.dim(reasons[0]!)}`]
  for (let i = 1; i < Math.max(names.length, reasons.length); i++) {
    const left = `${indent}${style.bold(padded(names[i] ?? '', nameWidth))}`
    lines.push(`${left}${GAP}${' '.repeat(tailWidth)}${GAP}${style.dim(reasons[i] ?? '')}`.trimEnd())
  }
  return lines
}

function markOf({ familiarity, explored }: MixTrack): string {
  if (familiarity === 'familiar') return ''
  return explored ? 'explore' : 'new'
}

/** A bar of the share as it is written, in whole percent. */
function bar(share: number, { style, width }: Output): string {
  if (width < BARS_FROM) return ''
  const filled = Math.round((BAR * Math.round(100 * Math.max(0, Math.min(1, share)))) / 100)
  return ` ${style.good('━'.repeat(filled))}${style.dim('╌'.repeat(BAR - filled))}`
}
