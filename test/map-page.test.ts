import { createHash } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { parseHTML } from 'linkedom'
import { describe, expect, it } from 'vitest'
import type { TasteMap } from '../src/map/map.ts'
import { renderMap } from '../src/map/page.ts'
import { shortName } from '../src/map/points.ts'
import {
  decoded,
  hitGrid,
  type PageData,
  searchable,
  searched,
  wholeView,
  zoomed,
} from '../src/map/viewer-parts.ts'

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '<!-- <img src=x onerror=alert(1)>',
  'line\u2028separator \u2029 and \u0000 control',
  '\u202egnihtemos\u202c and עברית',
  `${'long '.repeat(2000)}`,
  '🎵👩‍🎤 emoji \ud83d',
]

function mapOf(titles: readonly string[], more: Partial<TasteMap> = {}): TasteMap {
  const n = titles.length
  const names = titles.map(shortName)
  const column = (value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i))
  return {
    listener: 'ada',
    at: Date.UTC(2026, 10, 22),
    model: 3,
    tracks: n,
    kinds: { new: n - 1, heard: 0, skipped: 0, liked: 1 },
    withoutAudio: 0,
    excluded: 0,
    corners: [
      {
        name: names[0]!,
        sound: 'loud, fast',
        tracks: n,
        heard: 1,
        liked: 1,
        likability: 0.4,
        loved: [{ title: names[0]!, artist: names[1 % n]!, likability: 0.9 }],
        fresh: names.slice(0, 9).map((title) => ({ title, artist: title, likability: 0.5 })),
      },
    ],
    points: {
      n,
      x: Uint16Array.from(column((i) => (i * 60_000) / n)),
      y: Uint16Array.from(column((i) => (i * 50_000) / n)),
      kind: Uint8Array.from(column((i) => (i === n - 1 ? 3 : 0))),
      corner: new Uint8Array(n),
      reason: new Uint8Array(n).fill(1),
      said: new Uint8Array(n),
      likability: new Uint8Array(n).fill(73),
      plays: Uint16Array.from(column((i) => (i === n - 1 ? 300 : 0))),
      finishes: Uint16Array.from(column((i) => (i === n - 1 ? 299 : 0))),
      skips: Uint16Array.from(column((i) => (i === n - 1 ? 1 : 0))),
      artist: new Uint32Array(n),
      titles: names,
      artists: [names[0]!],
    },
    ...more,
  }
}

const scriptsOf = (page: string) => [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)]
const dataOf = (page: string) => JSON.parse(scriptsOf(page)[0]![2]!) as PageData

describe('the page of a map', () => {
  it('holds hostile names as text alone', () => {
    const page = renderMap(mapOf(HOSTILE, { listener: '<b>"ada"' }))
    const { document } = parseHTML(page)
    expect(document.querySelectorAll('script')).toHaveLength(2)
    expect(document.querySelectorAll('img, b')).toHaveLength(0)
    expect(page).not.toMatch(/alert\(1\)<\/script>|[\u2028\u2029]/)
    expect(page).not.toContain('\u0000')
    expect(document.querySelector('h1')?.textContent).toBe('The tracks of <b>"ada"')
    expect(document.querySelector('tbody th bdi')?.textContent).toBe(HOSTILE[0])
    expect(dataOf(page).titles).toEqual(HOSTILE.map(shortName))
    for (const title of dataOf(page).titles) expect(title.length).toBeLessThan(250)
  })

  it('allows nothing but its own style and program, and names no other place', () => {
    const page = renderMap(mapOf(['one', 'two']))
    const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(page)!
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src ${hash(scriptsOf(page)[1]![2]!)};`)
    expect(policy).toContain(`style-src ${hash(/<style>([\s\S]*?)<\/style>/.exec(page)![1]!)};`)
    expect(page).not.toMatch(/https?:|\ssrc=|\sstyle=|\son\w+=/)
  })

  it('carries its numbers as they are', () => {
    const { points, ...rest } = mapOf(['one', 'two', 'three'])
    const data = dataOf(
      renderMap({ points: { ...points, artist: new Uint32Array([0, 70_000, 1]) }, ...rest }),
    )
    expect([...decoded(data.columns.x!, 2)]).toEqual([...points.x])
    expect([...decoded(data.columns.plays!, 2)]).toEqual([0, 0, 300])
    expect([...decoded(data.columns.likability!, 1)]).toEqual([73, 73, 73])
    expect([...decoded(data.columns.artist!, 4)]).toEqual([0, 70_000, 1])
  })

  it('says what is shown, what is missing, and whose page it is', () => {
    const textOf = (map: TasteMap) => parseHTML(renderMap(map)).document.body.textContent
    const whole = textOf(mapOf(['one', 'two']))
    expect(whole).toContain('All 2 tracks of the catalog')
    expect(whole).toContain('as version 3 foresees it')
    expect(whole).toContain('what one person hears, likes and skips')
    const part = textOf(mapOf(['one', 'two'], { tracks: 500, withoutAudio: 2, excluded: 1 }))
    expect(part).toContain('1 known and 1 new of the 500 tracks of the catalog')
    expect(part).toContain('No audio features are known')
    expect(part).toContain('1 track left out by exclusions')
    const { model: _, ...untrained } = mapOf(['one', 'two'])
    expect(textOf(untrained)).toContain('"deepcuts train" makes one')
  })

  it('stays under ten megabytes with 100,000 tracks', () => {
    const page = renderMap(mapOf(Array.from({ length: 100_000 }, (_, i) => `A title of usual length ${i}`)))
    expect(page.length).toBeLessThan(10_000_000)
  })
})

describe('the program of the page', () => {
  it('runs with nothing but the browser: finds, chooses and tells', () => {
    const page = renderMap(mapOf(['Éclair', 'Second song', 'Third song']))
    const { document, window } = parseHTML(page)
    const painted: string[] = []
    const context: unknown = new Proxy(
      {},
      {
        get: (_, name) =>
          name === 'measureText'
            ? () => ({ width: 50 })
            : name === 'createImageData'
              ? (width: number, height: number) => ({
                  width,
                  height,
                  data: new Uint8ClampedArray(4 * width * height),
                })
              : (...given: unknown[]) => void painted.push(`${String(name)} ${given.length}`),
        set: () => true,
      },
    )
    const canvasOf = window.HTMLCanvasElement.prototype as unknown as Record<string, unknown>
    canvasOf.getContext = () => context
    const elements = window.HTMLElement.prototype as unknown as Record<string, unknown>
    elements.getBoundingClientRect = () => ({ left: 0, top: 0, width: 800, height: 600 })
    const later: ((now: number) => void)[] = []
    runInNewContext(scriptsOf(page)[1]![2]!, {
      document,
      ...{ atob, Node: window.Node, HTMLElement: window.HTMLElement, devicePixelRatio: 2, performance },
      matchMedia: () => ({ matches: true, addEventListener: () => undefined }),
      getComputedStyle: () => ({ getPropertyValue: () => ' #0072b2' }),
      requestAnimationFrame: (work: (now: number) => void) => later.push(work),
      cancelAnimationFrame: () => later.splice(0),
      ResizeObserver: class {
        observe() {}
      },
    })
    for (const work of later.splice(0)) work(0)
    expect(painted.filter((call) => call.startsWith('drawImage'))).toHaveLength(1)
    expect(painted.some((call) => call.startsWith('putImageData'))).toBe(true)
    expect(document.body.className).toBe('live')

    const field = document.getElementById('search') as HTMLInputElement
    const event = (name: string, more: object = {}) => Object.assign(new window.Event(name), more)
    field.value = 'ECLAIR'
    field.dispatchEvent(event('input'))
    expect(document.getElementById('count')?.textContent).toBe('3 tracks found')
    field.value = 'third'
    field.dispatchEvent(event('input'))
    expect(document.getElementById('found')?.textContent).toBe('Third songÉclair')
    field.dispatchEvent(event('keydown', { key: 'Enter' }))
    for (const work of later.splice(0)) work(0)
    expect(document.getElementById('card')?.textContent).toContain(
      'Third songÉclairLikability 73 %Liked. Finished 299, skipped 1 of 300 plays.',
    )
  })
})

describe('parts of the viewer', () => {
  it('find the shown point nearest to a place, and none out of reach', () => {
    const [x, y] = [
      [100, 200, 65_535, 0],
      [100, 100, 65_535, 0],
    ]
    const grid = hitGrid(x, y)
    expect(grid.nearest(140, 100, 80, () => true)).toBe(0)
    expect(grid.nearest(160, 100, 80, () => true)).toBe(1)
    expect(grid.nearest(160, 100, 80, (i) => i !== 1)).toBe(0)
    expect(grid.nearest(30_000, 30_000, 500, () => true)).toBe(-1)
    expect(grid.nearest(70_000, 65_000, 6000, () => true)).toBe(2)
    expect(hitGrid([], []).nearest(0, 0, 1e6, () => true)).toBe(-1)
  })

  it('search without case, accents and punctuation, every word, what is known first', () => {
    expect(searchable('Beyoncé – “Déjà  Vu” (feat. Jay-Z)')).toBe('beyonce deja vu feat jay z')
    expect(searchable('Björk 山下達郎 $')).toBe('bjork 山下達郎 $')
    const names = ['deja vu beyonce', 'deja vu other', 'vu']
    expect(searched(names, 'vu deja', [0, 3, 3])).toEqual([1, 0])
    expect(searched(names, '', [0, 0, 0])).toEqual([])
  })

  it('zoom around the place under the pointer, never far beyond the whole', () => {
    const camera = wholeView([0, 65_535], [0, 65_535], 836, 636)
    expect(camera).toMatchObject({ x: 32_767.5, y: 32_767.5 })
    expect(camera.scale * 65_535).toBeCloseTo(600, 5)
    const under = (c: typeof camera) => c.x + 200 / c.scale
    const near = zoomed(camera, 4, { dx: 200, dy: 0 }, camera.scale)
    expect(near.scale).toBeCloseTo(4 * camera.scale, 12)
    expect(under(near)).toBeCloseTo(under(camera), 6)
    expect(zoomed(camera, 1e-9, { dx: 0, dy: 0 }, camera.scale).scale).toBeCloseTo(0.8 * camera.scale, 12)
    expect(zoomed(camera, 1e9, { dx: 0, dy: 0 }, camera.scale).scale).toBe(2)
  })
})
