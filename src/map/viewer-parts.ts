/**
 * Parts of the program of the page. Each function runs in a browser after being written there as text: none may use a name from
 * outside itself.
 */

/** The columns of the points as the page reads them; `MapPoints` with plain arrays for names. */
export interface PageData {
  readonly n: number
  readonly columns: Readonly<Record<string, string>>
  readonly titles: readonly string[]
  readonly artists: readonly string[]
  readonly corners: readonly string[]
  readonly reasons: readonly string[]
  readonly sayings: readonly string[]
}

/** Numbers from base64, little-endian, of 1, 2 or 4 bytes. */
export function decoded(base64: string, bytes: number): Float64Array {
  const text = atob(base64)
  const view = new DataView(new ArrayBuffer(text.length))
  for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i))
  const numbers = new Float64Array(text.length / bytes)
  for (let i = 0; i < numbers.length; i++)
    numbers[i] =
      bytes === 1 ? view.getUint8(i) : bytes === 2 ? view.getUint16(2 * i, true) : view.getUint32(4 * i, true)
  return numbers
}

export interface HitGrid {
  /** The shown point nearest to (x, y) within `reach`, or −1. */
  nearest(x: number, y: number, reach: number, shown: (i: number) => boolean): number
}

/** Points sorted into squares, so that the one under a finger is found at once. Coordinates 0…65,535. */
export function hitGrid(x: ArrayLike<number>, y: ArrayLike<number>): HitGrid {
  const side = 256
  const cell = 65_536 / side
  const squareOf = (i: number) => Math.floor(y[i]! / cell) * side + Math.floor(x[i]! / cell)
  const bounds = new Int32Array(side * side + 1)
  for (let i = 0; i < x.length; i++) bounds[squareOf(i) + 1]!++
  for (let s = 0; s < side * side; s++) bounds[s + 1]! += bounds[s]!
  const filled = bounds.slice()
  const members = new Int32Array(x.length)
  for (let i = 0; i < x.length; i++) members[filled[squareOf(i)]!++] = i
  return {
    nearest(px, py, reach, shown) {
      let best = -1
      let least = reach * reach
      const last = (value: number) => Math.min(side - 1, Math.floor(value / cell))
      const first = (value: number) => Math.max(0, Math.floor(value / cell))
      for (let row = first(py - reach); row <= last(py + reach); row++)
        for (let column = first(px - reach); column <= last(px + reach); column++)
          for (let m = bounds[row * side + column]!; m < bounds[row * side + column + 1]!; m++) {
            const i = members[m]!
            const distance = (x[i]! - px) ** 2 + (y[i]! - py) ** 2
            // At the same place the one drawn last is on top.
            if (distance <= least && shown(i)) {
              least = distance
              best = i
            }
          }
      return best
    },
  }
}

/** A name as it is compared in a search: without case, accents and punctuation. */
export function searchable(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{S}]+/gu, ' ')
    .trim()
}

/** Points whose title and artist hold every word that was typed, those known to the listener first. */
export function searched(names: readonly string[], words: string, kind: ArrayLike<number>): number[] {
  const wanted = words.split(' ').filter((word) => word !== '')
  if (wanted.length === 0) return []
  const found: number[] = []
  for (let i = 0; i < names.length; i++) if (wanted.every((word) => names[i]!.includes(word))) found.push(i)
  return found.sort((a, b) => kind[b]! - kind[a]! || a - b)
}

/** What the viewer shows: the point of the map in the middle, and pixels for each of its units. */
export interface Camera {
  x: number
  y: number
  scale: number
}

/** The camera that shows everything within a window of `width` × `height` pixels. */
export function wholeView(x: ArrayLike<number>, y: ArrayLike<number>, width: number, height: number): Camera {
  let [left, right, top, bottom] = [65_535, 0, 65_535, 0]
  for (let i = 0; i < x.length; i++) {
    left = Math.min(left, x[i]!)
    right = Math.max(right, x[i]!)
    top = Math.min(top, y[i]!)
    bottom = Math.max(bottom, y[i]!)
  }
  const room = 36
  const scale = Math.min(
    Math.max(width - room, 1) / Math.max(right - left, 2000),
    Math.max(height - room, 1) / Math.max(bottom - top, 2000),
  )
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale }
}

/** The camera after zooming by `factor` around a pixel of the window, between the whole view and one unit for two pixels. */
export function zoomed(
  camera: Camera,
  factor: number,
  at: { readonly dx: number; readonly dy: number },
  least: number,
): Camera {
  const scale = Math.min(Math.max(camera.scale * factor, least * 0.8), 2)
  const shift = 1 / camera.scale - 1 / scale
  return { x: camera.x + at.dx * shift, y: camera.y + at.dy * shift, scale }
}
