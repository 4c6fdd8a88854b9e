import { createHash } from 'node:crypto'
import { escaped } from '../report/html.ts'
import { day, many, percent, whole } from '../report/words.ts'
import type { Corner, NamedTrack } from './corners.ts'
import type { TasteMap } from './map.ts'
import { KINDS, type Kind, type MapPoints, REASONS, SAYINGS } from './points.ts'
import { viewerScript } from './script.ts'
import { MAP_STYLE } from './style.ts'
import type { PageData } from './viewer-parts.ts'

const KIND_WORDS: Readonly<Record<Kind, string>> = {
  liked: 'liked or saved',
  heard: 'heard',
  skipped: 'mostly skipped, or refused',
  new: 'new to you',
}
/** How a kind is drawn, for the legend. */
const KIND_MARKS: Readonly<Record<Kind, string>> = {
  liked:
    '<circle cx="8" cy="8" r="5" fill="currentColor" opacity=".55"/><circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="1.8"/>',
  heard: '<circle cx="8" cy="8" r="4.2" fill="currentColor" opacity=".75"/>',
  skipped:
    '<path d="M4 4 12 12 M12 4 4 12" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>',
  new: '<rect x="6.2" y="6.2" width="3.6" height="3.6" fill="currentColor" opacity=".45"/>',
}

/** The map as one HTML page that needs nothing beside it and loads nothing: its policy allows its own style and program alone. */
export function renderMap(map: TasteMap): string {
  const script = viewerScript()
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(MAP_STYLE)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const title = `The tracks of ${map.listener}, as deepcuts sees them`
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8"/>',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    `<meta http-equiv="Content-Security-Policy" content="${policy}"/>`,
    '<meta name="referrer" content="no-referrer"/>',
    `<title>${escaped(title)}</title>`,
    `<style>${MAP_STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>The tracks of <bdi>${escaped(map.listener)}</bdi></h1>`,
    `<p>${escaped(summary(map))}</p>`,
    controls(map),
    '<div class="stage">',
    '<canvas id="map" tabindex="0" role="application" aria-label="Map of tracks; the table below says the same in words" aria-describedby="keys"></canvas>',
    '<div id="card" role="status" hidden="hidden"></div>',
    '<div class="zoom"><button id="closer" type="button" aria-label="Closer">+</button>',
    '<button id="farther" type="button" aria-label="Farther">−</button>',
    '<button id="whole" type="button" aria-label="Everything">⤢</button></div>',
    '<noscript><p>The map is drawn by a program in this page, and programs are off in this browser. The table below says what it shows.</p></noscript>',
    '</div>',
    '<p id="keys" class="hidden">Arrow keys move the map, plus and minus zoom, 0 shows everything. The track nearest the middle is told.</p>',
    legend(map.corners),
    table(map),
    about(map),
    `<script type="application/json" id="data">${jsonFor(dataOf(map))}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

function summary({ corners, kinds, points, tracks, model }: TasteMap): string {
  const known = kinds.liked + kinds.heard + kinds.skipped
  const shown =
    points.n === tracks
      ? `All ${many(points.n, 'track')} of the catalog`
      : `${whole(known)} known and ${whole(kinds.new)} new of the ${many(tracks, 'track')} of the catalog, the new ones drawn blindly`
  const coloured =
    known > 0
      ? `coloured by the ${corners.length === 1 ? 'one corner' : `${corners.length} corners`} of the taste`
      : `coloured by ${corners.length === 1 ? 'one group' : `${corners.length} groups`} of alike sound, since nothing has been heard yet`
  const likability =
    model === undefined
      ? 'No model serves, so there are no likabilities: "deepcuts train" makes one.'
      : `Likability is the probability of a finish if the track is played now, as version ${model} foresees it.`
  return `${shown}. Near means alike: in sound, artist, genre, and in what is heard together; ${coloured}. ${likability}`
}

function controls({ kinds }: TasteMap): string {
  const boxes = (['liked', 'heard', 'skipped', 'new'] as const).map(
    (kind) =>
      `<label><input type="checkbox" data-kind="${KINDS.indexOf(kind)}" checked="checked"/>` +
      `<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">${KIND_MARKS[kind]}</svg>` +
      `${KIND_WORDS[kind]} <small>${whole(kinds[kind])}</small></label>`,
  )
  return [
    '<div class="bar"><div class="find">',
    '<input id="search" type="search" placeholder="Find a title or an artist" aria-label="Find a title or an artist" autocomplete="off" spellcheck="false"/>',
    '<div id="found" hidden="hidden"></div></div>',
    '<span id="count" class="soft" role="status"></span>',
    `<fieldset><legend class="hidden">Shown</legend>${boxes.join('')}</fieldset></div>`,
  ].join('\n')
}

function legend(corners: readonly Corner[]): string {
  const boxes = corners.map(
    ({ name, sound, tracks }, c) =>
      `<label><input type="checkbox" data-corner="${c}" checked="checked"/>` +
      `<svg class="corner-${c % 6}" width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><circle cx="7" cy="7" r="6" fill="currentColor"/></svg>` +
      `<bdi>${escaped(name)}</bdi> <small>${sound && sound !== name ? `<span>${escaped(sound)}</span> ` : ''}${whole(tracks)}</small></label>`,
  )
  return `<fieldset class="corners"><legend class="hidden">Corners</legend>${boxes.join('')}</fieldset>`
}

function table({ corners, model }: TasteMap): string {
  const list = (tracks: readonly NamedTrack[], told: boolean) =>
    tracks.length === 0
      ? '–'
      : `<ol>${tracks
          .map(({ title, artist, likability }) => {
            const probability =
              told && likability !== undefined ? ` <span class="soft">${percent(likability)}</span>` : ''
            return `<li><bdi>${escaped(title || 'without a title')}</bdi> · <bdi>${escaped(artist || 'artist not known')}</bdi>${probability}</li>`
          })
          .join('')}</ol>`
  const columns = [
    'tracks',
    'heard',
    'liked',
    'likability of the new',
    'loved most',
    'new, most likely finished',
  ]
  const rows = corners.map(({ name, sound, tracks, heard, liked, likability, loved, fresh }, c) => {
    const numbers = [
      whole(tracks),
      whole(heard),
      whole(liked),
      likability === undefined ? '–' : percent(likability),
    ]
    return [
      `<tr><th scope="row" class="corner-${c % 6}"><bdi>${escaped(name)}</bdi>${sound && sound !== name ? `<small>${escaped(sound)}</small>` : ''}</th>`,
      ...numbers.map((text, i) => `<td class="number" data-name="${columns[i]}">${text}</td>`),
      `<td data-name="${columns[4]}">${list(loved, false)}</td>`,
      `<td data-name="${columns[5]}">${model === undefined ? '–' : list(fresh, true)}</td></tr>`,
    ].join('')
  })
  const head = columns.map((name) => `<th scope="col">${name}</th>`).join('')
  return `<section><h2>The map in words</h2><div class="wide"><table><thead><tr><th scope="col">corner</th>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`
}

function about(map: TasteMap): string {
  const missing =
    map.withoutAudio === 0
      ? ''
      : map.withoutAudio === map.points.n
        ? 'No audio features are known: tracks lie by artist, genre and what is heard together alone. A catalog with audio features would tell how they sound. '
        : `${many(map.withoutAudio, 'track')} ${map.withoutAudio === 1 ? 'has' : 'have'} no audio features and ${map.withoutAudio === 1 ? 'lies' : 'lie'} where the artist does. `
  const excluded = map.excluded === 0 ? '' : `${many(map.excluded, 'track')} left out by exclusions. `
  return [
    '<section><h2>About this page</h2>',
    `<p class="soft">${escaped(`${missing}${excluded}Distances across the map mean little; what lies next to a track means much.`)}</p>`,
    `<p class="soft">Made ${day(map.at)}. The page holds what one person hears, likes and skips: give it only to whom you would tell that. It loads nothing and sends nothing.</p></section>`,
  ].join('\n')
}

function dataOf({ points, corners }: Pick<TasteMap, 'points' | 'corners'>): PageData {
  return {
    n: points.n,
    columns: Object.fromEntries(NUMBERS.map((name) => [name, base64(points[name])])),
    titles: points.titles,
    artists: points.artists,
    corners: corners.map(({ name }) => name),
    reasons: REASONS,
    sayings: SAYINGS,
  }
}

const NUMBERS = [
  ...(['x', 'y', 'kind', 'corner', 'reason', 'said', 'likability'] as const),
  ...(['plays', 'finishes', 'skips', 'artist'] as const),
] satisfies readonly (keyof MapPoints)[]

/** Little-endian, whatever the machine. */
function base64(values: Uint8Array | Uint16Array | Uint32Array): string {
  const size = values.BYTES_PER_ELEMENT
  const bytes = Buffer.alloc(values.length * size)
  values.forEach((value, i) => {
    bytes.writeUIntLE(value, i * size, size)
  })
  return bytes.toString('base64')
}

/** JSON that may stand in a script element: no name in it can end the element, or begin a comment. */
function jsonFor(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
