import { REPORT_STYLE } from './style.ts'

/** Pieces of a page as text, well-formed as XML too, so that a test can check the whole. */

/** Text as it must stand in HTML; control characters, which no page may hold, become spaces. */
export function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** The policy lets a page load nothing, from nowhere. */
const CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/** A whole page without scripts, that needs nothing beside it: what stands in its head line, and its sections. */
export function page(title: string, header: readonly string[], main: readonly string[]): string {
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8"/>',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    `<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}"/>`,
    `<title>${escaped(title)}</title>`,
    `<style>${REPORT_STYLE}</style>`,
    '</head>',
    '<body>',
    '<header>',
    ...header,
    '</header>',
    '<main>',
    ...main,
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** A heading, what the section is about, and its figures. */
export function section(heading: string, about: string, layout: string, figures: readonly string[]): string {
  return [
    `<section><h2>${escaped(heading)}</h2><p class="soft">${escaped(about)}</p>`,
    `<div class="${layout}">`,
    ...figures,
    '</div></section>',
  ].join('\n')
}

/** A figure of drawings, with what they say and the numbers behind them. */
export function figure(
  heading: string,
  sentence: string,
  drawings: readonly string[],
  after: readonly string[] = [],
): string {
  return [
    '<figure>',
    `<figcaption><h3>${escaped(heading)}</h3><p>${escaped(sentence)}</p></figcaption>`,
    ...drawings,
    ...after,
    '</figure>',
  ].join('\n')
}

/** The numbers behind a drawing, folded away. */
export function numbers(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<details><summary>The numbers</summary>${table(head, rows)}</details>`
}

/** A table whose first column names its rows. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const header = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')
  const body = rows.map(
    ([first = '', ...cells]) =>
      `<tr><th scope="row">${escaped(first)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  )
  return `<div class="wide"><table><thead><tr>${header}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

/** How a line is drawn: by colour, and by dashes for those who see no colours. */
export interface LineStyle {
  readonly colour: string
  readonly dashes: string
  readonly width: number
}

/** What the lines and dots of a drawing mean. */
export function legend(entries: readonly { readonly style: LineStyle; readonly text: string }[]): string {
  const items = entries.map(
    ({ style, text }) =>
      `<li><svg width="30" height="10" viewBox="0 0 30 10" aria-hidden="true"><line x1="1" x2="29" y1="5" y2="5" ` +
      `stroke="${style.colour}" stroke-width="${style.width}" stroke-dasharray="${style.dashes}"/></svg> ${escaped(text)}</li>`,
  )
  return `<ul class="legend">${items.join('')}</ul>`
}

/** What the dots of a drawing mean. */
export function dotLegend(
  entries: readonly { readonly colour: string; readonly hollow: boolean; readonly text: string }[],
): string {
  const items = entries.map(
    ({ colour, hollow, text }) =>
      `<li><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="4.2" ` +
      `stroke="${colour}" stroke-width="1.6" fill="${hollow ? 'none' : colour}"/></svg> ${escaped(text)}</li>`,
  )
  return `<ul class="legend">${items.join('')}</ul>`
}
