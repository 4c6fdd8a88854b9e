/// <reference lib="dom" />
import type { Brushes, paint, Scene } from './painter.ts'
import type {
  Camera,
  decoded,
  hitGrid,
  PageData,
  searchable,
  searched,
  wholeView,
  zoomed,
} from './viewer-parts.ts'

/** The functions of the page, handed over because a function that runs as text sees nothing outside itself. */
export interface ViewerParts {
  readonly decoded: typeof decoded
  readonly hitGrid: typeof hitGrid
  readonly searchable: typeof searchable
  readonly searched: typeof searched
  readonly wholeView: typeof wholeView
  readonly zoomed: typeof zoomed
  readonly paint: typeof paint
}

/** Makes the page of a map live: pan, zoom, search, cards. Runs in the page: uses no name from outside itself. */
export function view(parts: ViewerParts): void {
  const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T
  const data = JSON.parse(element('data').textContent ?? '') as PageData
  const column = (name: string, bytes: number) => parts.decoded(data.columns[name]!, bytes)
  const [x, y] = [column('x', 2), column('y', 2)]
  const [kind, corner, reason, said, likability] = [
    column('kind', 1),
    column('corner', 1),
    column('reason', 1),
    column('said', 1),
    column('likability', 1),
  ]
  const [plays, finishes, skips] = [column('plays', 2), column('finishes', 2), column('skips', 2)]
  const artist = column('artist', 4)
  const kinds = [true, true, true, true]
  const shownCorners = data.corners.map(() => true)
  const canvas = element<HTMLCanvasElement>('map')
  const context = canvas.getContext('2d')!
  const card = element('card')
  const field = element<HTMLInputElement>('search')
  const list = element('found')
  const grid = parts.hitGrid(x, y)
  const calm = matchMedia('(prefers-reduced-motion: reduce)')
  const brushes: Brushes = { marks: new Map() }
  let [width, height, dense] = [0, 0, 1]
  let camera: Camera = { x: 0, y: 0, scale: 1 }
  let whole = camera
  let found: number[] = []
  let chosen = -1
  let crosshair = false
  let names: string[] | undefined
  let frame = 0
  let moving = 0
  const shown = (i: number) => kinds[kind[i]!]! && shownCorners[corner[i]!]!

  /** A corner's name stands at the middle of what is known of it, else of all of it. */
  const places = data.corners.map((_, c): [number, number] => {
    let members = Array.from(x.keys()).filter((i) => corner[i] === c && kind[i] !== 0)
    if (members.length < 5) members = Array.from(x.keys()).filter((i) => corner[i] === c)
    const middle = (values: Float64Array) =>
      Float64Array.from(members, (i) => values[i]!).sort()[members.length >> 1] ?? Number.NaN
    return [middle(x), middle(y)]
  })

  let colours = { paper: '', ink: '', corners: [] as string[] }
  const readColours = () => {
    const style = getComputedStyle(document.documentElement)
    const read = (name: string) => style.getPropertyValue(name).trim()
    colours = {
      paper: read('--paper'),
      ink: read('--ink'),
      corners: [0, 1, 2, 3, 4, 5].map((c) => read(`--corner-${c}`)),
    }
  }
  const draw = () => {
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(() => {
      const scene: Scene = {
        ...{ x, y, kind, corner, names: data.corners, places },
        ...{ kinds, shownCorners, found, chosen, crosshair },
      }
      parts.paint(context, { width, height, dense }, camera, whole.scale, scene, colours, brushes)
    })
  }
  const look = (to: Camera) => {
    const margin = (size: number) => size / 2 / to.scale
    const limited = (at: number, extra: number) => Math.min(Math.max(at, -extra), 65_535 + extra)
    camera = { x: limited(to.x, margin(width)), y: limited(to.y, margin(height)), scale: to.scale }
    placeCard()
    draw()
  }
  const glide = (to: Camera) => {
    cancelAnimationFrame(moving)
    if (calm.matches) return look(to)
    const from = camera
    const start = performance.now()
    const step = (now: number) => {
      const share = Math.min(Math.max((now - start) / 300, 0), 1)
      const eased = 1 - (1 - share) ** 3
      const scale = from.scale * (to.scale / from.scale) ** eased
      look({ x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased, scale })
      if (share < 1) moving = requestAnimationFrame(step)
    }
    moving = requestAnimationFrame(step)
  }
  const resize = () => {
    const box = canvas.getBoundingClientRect()
    const before = width
    ;[width, height] = [box.width, box.height]
    dense = Math.min(devicePixelRatio || 1, 3)
    canvas.width = Math.round(width * dense)
    canvas.height = Math.round(height * dense)
    context.setTransform(dense, 0, 0, dense, 0, 0)
    const zoom = camera.scale / whole.scale
    whole = parts.wholeView(x, y, width, height)
    look(before === 0 ? whole : { ...camera, scale: whole.scale * zoom })
  }

  /** Text in an element of its own, so that no name can be markup, or turn the writing of another round. */
  const put = (parent: HTMLElement, tag: string, text: string, name = '') => {
    const made = document.createElement(tag)
    if (name !== '') made.className = name
    made.dir = 'auto'
    made.textContent = text
    parent.append(made)
    return made
  }
  const many = (n: number, one: string) => `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`
  const history = (i: number) =>
    plays[i] === 0
      ? kind[i] === 0
        ? 'New to you.'
        : 'Not played yet.'
      : `Finished ${finishes[i]}, skipped ${skips[i]} of ${many(plays[i]!, 'play')}.`
  const choose = (i: number) => {
    if (i === chosen) return
    chosen = i
    card.hidden = i < 0
    card.textContent = ''
    if (i >= 0) {
      put(card, 'b', data.titles[i] || 'without a title')
      put(card, 'span', data.artists[artist[i]!] || 'artist not known')
      if (likability[i] !== 255) put(card, 'span', `Likability ${likability[i]} %`, 'likability')
      const marks = [kind[i] === 3 ? 'Liked.' : '', said[i] ? `You said: ${data.sayings[said[i]!]}.` : '']
      put(card, 'span', [...marks, history(i)].filter((text) => text !== '').join(' '))
      const why = put(card, 'small', `${data.corners[corner[i]!]}: ${data.reasons[reason[i]!]}.`)
      why.className = `corner-${corner[i]! % 6}`
    }
    placeCard()
    draw()
  }
  const placeCard = () => {
    if (chosen < 0) return
    const narrow = width < 560
    card.classList.toggle('below', narrow)
    if (narrow) return card.style.removeProperty('transform')
    const px = (x[chosen]! - camera.x) * camera.scale + width / 2
    const py = (y[chosen]! - camera.y) * camera.scale + height / 2
    const left = px + 16 + card.offsetWidth > width ? px - 16 - card.offsetWidth : px + 16
    const top = Math.min(Math.max(py - card.offsetHeight / 2, 8), height - card.offsetHeight - 8)
    card.style.transform = `translate(${Math.max(left, 8)}px, ${top}px)`
  }
  const under = (px: number, py: number, reach: number) =>
    grid.nearest(
      camera.x + (px - width / 2) / camera.scale,
      camera.y + (py - height / 2) / camera.scale,
      reach / camera.scale,
      shown,
    )

  const pointers = new Map<number, { x: number; y: number }>()
  let travelled = 0
  const placeOf = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  canvas.addEventListener('pointerdown', (event) => {
    cancelAnimationFrame(moving)
    canvas.setPointerCapture(event.pointerId)
    pointers.set(event.pointerId, placeOf(event))
    travelled = pointers.size > 1 ? 99 : 0
    crosshair = false
  })
  canvas.addEventListener('pointermove', (event) => {
    const at = placeOf(event)
    const before = pointers.get(event.pointerId)
    if (!before) {
      if (event.pointerType === 'mouse') choose(under(at.x, at.y, 12))
      return
    }
    travelled += Math.hypot(at.x - before.x, at.y - before.y)
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place)
    pointers.set(event.pointerId, at)
    let next = camera
    if (other) {
      const apart = (place: { x: number; y: number }) => Math.hypot(place.x - other.x, place.y - other.y)
      const middle = { dx: (at.x + other.x - width) / 2, dy: (at.y + other.y - height) / 2 }
      next = parts.zoomed(camera, apart(at) / Math.max(apart(before), 1), middle, whole.scale)
    }
    const share = other ? 0.5 : 1
    look({
      x: next.x - (share * (at.x - before.x)) / next.scale,
      y: next.y - (share * (at.y - before.y)) / next.scale,
      scale: next.scale,
    })
  })
  const release = (event: PointerEvent) => {
    if (pointers.delete(event.pointerId) && event.type === 'pointerup' && travelled < 6) {
      const at = placeOf(event)
      choose(under(at.x, at.y, event.pointerType === 'mouse' ? 12 : 24))
    }
  }
  canvas.addEventListener('pointerup', release)
  canvas.addEventListener('pointercancel', release)
  canvas.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse' && pointers.size === 0) choose(-1)
  })
  const zoom = (factor: number, dx = 0, dy = 0) => look(parts.zoomed(camera, factor, { dx, dy }, whole.scale))
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      cancelAnimationFrame(moving)
      const at = placeOf(event)
      const lines = event.deltaMode === 1 ? 30 : 1
      zoom(
        Math.exp(-Math.min(Math.max(event.deltaY * lines, -300), 300) / 400),
        at.x - width / 2,
        at.y - height / 2,
      )
    },
    { passive: false },
  )
  canvas.addEventListener('dblclick', (event) => {
    const at = placeOf(event)
    glide(parts.zoomed(camera, 2, { dx: at.x - width / 2, dy: at.y - height / 2 }, whole.scale))
  })
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const far = (event.shiftKey ? 200 : 50) / camera.scale
    const moves: Record<string, () => void> = {
      ArrowLeft: () => look({ ...camera, x: camera.x - far }),
      ArrowRight: () => look({ ...camera, x: camera.x + far }),
      ArrowUp: () => look({ ...camera, y: camera.y - far }),
      ArrowDown: () => look({ ...camera, y: camera.y + far }),
      '+': () => zoom(1.4),
      '=': () => zoom(1.4),
      '-': () => zoom(1 / 1.4),
      '0': () => look(whole),
      Escape: () => choose(-1),
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    cancelAnimationFrame(moving)
    crosshair = event.key !== 'Escape'
    move()
    if (crosshair) choose(under(width / 2, height / 2, 60))
    draw()
  })
  canvas.addEventListener('blur', () => {
    crosshair = false
    draw()
  })
  element('closer').addEventListener('click', () => zoom(1.6))
  element('farther').addEventListener('click', () => zoom(1 / 1.6))
  element('whole').addEventListener('click', () => glide(whole))

  const go = (i: number) => {
    kinds[kind[i]!] = true
    shownCorners[corner[i]!] = true
    for (const box of document.querySelectorAll<HTMLInputElement>('input[data-kind], input[data-corner]'))
      if (box.dataset.kind === String(kind[i]) || box.dataset.corner === String(corner[i])) box.checked = true
    choose(i)
    glide({ x: x[i]!, y: y[i]!, scale: Math.max(camera.scale, 6 * whole.scale) })
  }
  const find = () => {
    names ??= data.titles.map((title, i) => parts.searchable(`${title} ${data.artists[artist[i]!]!}`))
    const words = parts.searchable(field.value)
    found = parts.searched(names, words, kind)
    list.textContent = ''
    list.hidden = words === ''
    for (const i of found.slice(0, 12)) {
      const button = put(list, 'button', '')
      button.setAttribute('type', 'button')
      put(button, 'b', data.titles[i] || 'without a title')
      put(button, 'span', data.artists[artist[i]!] || 'artist not known')
      button.addEventListener('click', () => {
        list.hidden = true
        go(i)
      })
    }
    element('count').textContent = words === '' ? '' : `${many(found.length, 'track')} found`
    draw()
  }
  field.addEventListener('input', find)
  field.addEventListener('focus', () => {
    list.hidden = field.value === ''
  })
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && found.length > 0) {
      event.preventDefault()
      list.hidden = true
      go(found[0]!)
    }
    if (event.key === 'Escape') {
      field.value = ''
      find()
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      list.querySelector('button')?.focus()
    }
  })
  list.addEventListener('keydown', (event) => {
    const next = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' } as const
    const way = next[event.key as keyof typeof next]
    if (!way) return
    event.preventDefault()
    const to = document.activeElement?.[way] ?? (way === 'previousElementSibling' ? field : undefined)
    if (to instanceof HTMLElement) to.focus()
  })
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !list.contains(event.target) && event.target !== field)
      list.hidden = true
  })
  for (const box of document.querySelectorAll<HTMLInputElement>('input[data-kind], input[data-corner]'))
    box.addEventListener('change', () => {
      if (box.dataset.kind) kinds[Number(box.dataset.kind)] = box.checked
      else shownCorners[Number(box.dataset.corner)] = box.checked
      if (chosen >= 0 && !shown(chosen)) choose(-1)
      draw()
    })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    brushes.marks.clear()
    readColours()
    draw()
  })
  new ResizeObserver(resize).observe(canvas)
  readColours()
  resize()
  document.body.classList.add('live')
}
