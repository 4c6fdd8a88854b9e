import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { escaped } from './html.ts'

/** A drawing for the report: what it is and says, for those who do not see it, and what Observable Plot makes of it. */
export interface Drawing {
  /** Unique on the page. */
  readonly id: string
  readonly title: string
  readonly description: string
  readonly options: Plot.PlotOptions
}

/** The drawing as an SVG element that needs nothing beside it but the colours of the page. */
export function draw({ id, title, description, options }: Drawing): string {
  const { document } = parseHTML('<html><body></body></html>')
  const plotted = Plot.plot({ className: 'chart', ...options, document })
  const svg = String((plotted as unknown as { readonly outerHTML: string }).outerHTML)
  const [opening = '', rest = ''] = split(svg)
  return (
    `${opening.replace('<svg', `<svg role="img" aria-labelledby="${id}-title ${id}-desc"`)}` +
    `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-desc">${escaped(description)}</desc>` +
    withoutStyle(shortNumbers(rest))
  )
}

function split(svg: string): [opening: string, rest: string] {
  const end = svg.indexOf('>') + 1
  return [svg.slice(0, end), svg.slice(end)]
}

/** Plot puts the same style into each drawing; the page has it once. */
function withoutStyle(svg: string): string {
  return svg.replace(/<style>[\s\S]*?<\/style>/, '')
}

/** Hundredths of a pixel are enough. */
function shortNumbers(svg: string): string {
  return svg.replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))))
}
