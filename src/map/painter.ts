/// <reference lib="dom" />
import type { Camera } from './viewer-parts.ts'

/** What is painted: columns of the points and what is chosen of them. */
export interface Scene {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  readonly kind: ArrayLike<number>
  readonly corner: ArrayLike<number>
  readonly names: readonly string[]
  /** Where each corner's name stands; NaN for one without a place. */
  readonly places: readonly (readonly [x: number, y: number])[]
  readonly kinds: readonly boolean[]
  readonly shownCorners: readonly boolean[]
  /** Points that are searched for; empty when nothing is. */
  readonly found: readonly number[]
  readonly chosen: number
  readonly crosshair: boolean
}

export interface Colours {
  readonly paper: string
  readonly ink: string
  readonly corners: readonly string[]
}

/** What is kept from one painting to the next: the pixels of the new tracks, and a picture of each mark. */
export interface Brushes {
  pixels?: ImageData
  readonly marks: Map<string, HTMLCanvasElement>
}

/**
 * Paints the points in one pass, in their order: new tracks as pale dots set pixel by pixel, heard ones as discs, skipped ones as crosses,
 * liked ones as discs with a ring, from pictures of each. Runs in the page: uses no name from outside itself.
 */
export function paint(
  context: CanvasRenderingContext2D,
  window: { readonly width: number; readonly height: number; readonly dense: number },
  camera: Camera,
  whole: number,
  scene: Scene,
  colours: Colours,
  brushes: Brushes,
): void {
  const { x, y, kind, corner } = scene
  const { width, height, dense } = window
  const toX = (value: number) => (value - camera.x) * camera.scale + width / 2
  const toY = (value: number) => (value - camera.y) * camera.scale + height / 2
  const nearness = Math.max(0, Math.log2(camera.scale / whole))
  const size = (Math.min(width, height) < 500 ? 0.8 : 1) * (1 + 0.35 * nearness)
  const searching = scene.found.length > 0
  const colourOf = (c: number) => colours.corners[c % colours.corners.length]!
  const outside = (px: number, py: number) => px < -9 || py < -9 || px > width + 9 || py > height + 9
  const disc = (onto: CanvasRenderingContext2D, px: number, py: number, radius: number) => {
    onto.beginPath()
    onto.arc(px, py, radius, 0, 2 * Math.PI)
  }
  const markOf = (group: number, colour: string): HTMLCanvasElement => {
    const key = `${group}/${colour}/${size.toFixed(1)}/${dense}`
    const known = brushes.marks.get(key)
    if (known) return known
    if (brushes.marks.size > 200) brushes.marks.clear()
    const reach = Math.ceil(3 * size + 3)
    const made = document.createElement('canvas')
    made.width = made.height = Math.ceil(2 * reach * dense)
    const onto = made.getContext('2d')!
    onto.scale(dense, dense)
    onto.translate(reach, reach)
    onto.fillStyle = onto.strokeStyle = colour
    if (group === 2) {
      const arm = 2.1 * size
      onto.globalAlpha = 0.8
      onto.lineWidth = 1.2 * Math.sqrt(size)
      onto.lineCap = 'round'
      onto.moveTo(-arm, -arm)
      onto.lineTo(arm, arm)
      onto.moveTo(arm, -arm)
      onto.lineTo(-arm, arm)
      onto.stroke()
    } else {
      disc(onto, 0, 0, (group === 3 ? 2.9 : 1.9) * size)
      onto.globalAlpha = 0.9
      onto.fill()
      if (group === 3) {
        onto.strokeStyle = colours.ink
        onto.lineWidth = Math.sqrt(size)
        onto.stroke()
      }
    }
    brushes.marks.set(key, made)
    return made
  }

  const [wide, high] = [Math.max(1, Math.round(width * dense)), Math.max(1, Math.round(height * dense))]
  let { pixels } = brushes
  if (pixels?.width !== wide || pixels.height !== high) pixels = context.createImageData(wide, high)
  else pixels.data.fill(0)
  brushes.pixels = pixels
  const cover = searching ? 0.12 : 0.42
  const dot = Math.max(1, Math.round(1.4 * size * dense))
  const dots = (from: number, to: number, colour: string) => {
    const { data } = pixels
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
    for (let i = from; i < to; i++) {
      const left = Math.round(toX(x[i]!) * dense - dot / 2)
      const top = Math.round(toY(y[i]!) * dense - dot / 2)
      if (left < 0 || top < 0 || left + dot > wide || top + dot > high) continue
      for (let row = top; row < top + dot; row++)
        for (let at = 4 * (row * wide + left); at < 4 * (row * wide + left + dot); at += 4) {
          data[at] = red!
          data[at + 1] = green!
          data[at + 2] = blue!
          data[at + 3]! += (255 - data[at + 3]!) * cover
        }
    }
  }

  let painted = false
  let from = 0
  while (from <= x.length) {
    // Points of one kind and corner stand together; the new ones, which are pixels, come first.
    const [group, c] = from < x.length ? [kind[from]!, corner[from]!] : [4, 0]
    let to = from + 1
    while (to < x.length && kind[to] === group && corner[to] === c) to++
    const visible = group < 4 && scene.kinds[group] && scene.shownCorners[c]
    if (group === 0) {
      if (visible) dots(from, to, colourOf(c))
    } else {
      if (!painted) context.putImageData(pixels, 0, 0)
      painted = true
      if (visible) {
        const mark = markOf(group, colourOf(c))
        const side = mark.width / dense
        context.globalAlpha = searching ? 0.3 : 1
        for (let i = from; i < to; i++) {
          const [px, py] = [toX(x[i]!), toY(y[i]!)]
          if (!outside(px, py)) context.drawImage(mark, px - side / 2, py - side / 2, side, side)
        }
      }
    }
    from = to
  }
  context.globalAlpha = 1
  for (const i of scene.found) {
    const [px, py] = [toX(x[i]!), toY(y[i]!)]
    if (outside(px, py) || !scene.kinds[kind[i]!] || !scene.shownCorners[corner[i]!]) continue
    disc(context, px, py, 3.4 * size)
    context.fillStyle = colourOf(corner[i]!)
    context.fill()
    context.lineWidth = 1.6
    context.strokeStyle = colours.ink
    context.stroke()
  }
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.font = `600 ${width < 500 ? 11 : 13}px system-ui, sans-serif`
  context.lineJoin = 'round'
  const written: { readonly x: number; readonly y: number; readonly half: number }[] = []
  scene.places.forEach(([atX, atY], c) => {
    if (!scene.shownCorners[c] || Number.isNaN(atX) || searching) return
    const letters = Array.from(scene.names[c]!)
    const most = width < 500 ? 22 : 34
    const name = letters.length > most ? `${letters.slice(0, most).join('')}…` : letters.join('')
    const half = context.measureText(name).width / 2 + 6
    const px = toX(atX)
    if (px < -half || px > width + half) return
    const inside = Math.min(Math.max(px, half), Math.max(width - half, half))
    let py = toY(atY)
    const covers = (other: { readonly x: number; readonly y: number; readonly half: number }) =>
      Math.abs(other.x - inside) < other.half + half && Math.abs(other.y - py) < 18
    for (let nudge = 0; nudge < 6 && written.some(covers); nudge++) py += 18
    written.push({ x: inside, y: py, half })
    context.lineWidth = 4
    context.strokeStyle = colours.paper
    context.globalAlpha = 0.85
    context.strokeText(name, inside, py)
    context.globalAlpha = 1
    context.fillStyle = colours.ink
    context.fillText(name, inside, py)
  })
  context.strokeStyle = colours.ink
  if (scene.chosen >= 0) {
    disc(context, toX(x[scene.chosen]!), toY(y[scene.chosen]!), 5 + 3 * size)
    context.lineWidth = 2
    context.stroke()
  }
  if (scene.crosshair) {
    context.beginPath()
    context.moveTo(width / 2 - 12, height / 2)
    context.lineTo(width / 2 + 12, height / 2)
    context.moveTo(width / 2, height / 2 - 12)
    context.lineTo(width / 2, height / 2 + 12)
    context.lineWidth = 1
    context.stroke()
  }
}
