import { DeepcutsError } from '../core/errors.ts'
import { random } from '../core/random.ts'
import type { AudioScale } from '../features/audio-scale.ts'
import { fitAudioScale } from '../features/audio-scale.ts'
import type { Catalog } from '../library/catalog.ts'
import { LEAST_LISTENERS } from '../library/community.ts'
import type { Library } from '../library/library.ts'
import { type ListenerData, readOpinions } from './listener-data.ts'

/** All listeners who ever played something, over one catalog. */
export interface Everybody {
  readonly catalog: Catalog
  readonly people: readonly ListenerData[]
}

/** Nobody has said anything. */
const SILENT = { liked: () => false }

/** Reads what all listeners did. @throws TOO_FEW_LISTENERS when fewer than five have plays that count */
export async function readEverybody(library: Library): Promise<Everybody> {
  const catalog = await library.catalog()
  const listeners = await library.listeners.list()
  const logs = await library.logs(listeners)
  const { store } = library
  const spoken = new Set([
    ...(await store.read('feedback', ['listener'], { where: { undone: 0 } })).listener,
    ...(await store.read('playlistItems', ['listener'])).listener,
  ])
  const people: ListenerData[] = []
  for (const [i, listener] of listeners.entries()) {
    const log = logs[i]!
    if (log.size === 0) continue
    const opinions = spoken.has(listener.id) ? await readOpinions(library, listener) : SILENT
    people.push({ listener, catalog, log, opinions })
  }
  if (people.length < LEAST_LISTENERS)
    throw new DeepcutsError('TOO_FEW_LISTENERS', { listeners: people.length, needed: LEAST_LISTENERS })
  return { catalog, people }
}

/** Who learns what: whole listeners are held out, and of those who teach the time after `cutAt`. */
export interface Parts {
  /** They teach until `cutAt`, ms since the epoch. */
  readonly teachers: readonly ListenerData[]
  /** On them settings are chosen and probabilities calibrated. */
  readonly validators: readonly ListenerData[]
  /** Nothing is chosen on them: on them the model is judged. */
  readonly leftOut: readonly ListenerData[]
  /** Of all whose `placeOf` is no larger nobody taught or was chosen on, whoever else comes later. */
  readonly leftOutUpTo: number
  /** Of all others whose `placeOf` is no larger nobody taught. */
  readonly validatorsUpTo: number
  readonly cutAt: number
}

/** Up to which places listeners are left out and validate, where an earlier training said so. */
export type PartBounds = Pick<Parts, 'leftOutUpTo' | 'validatorsUpTo'>

const LEFT_OUT = { share: 0.15, most: 200 }
const VALIDATORS = { share: 0.1, most: 150 }
/** The last part of the time of those who teach. */
const TAIL_SHARE = 0.1

/** The place of a listener in the order by which listeners are parted, 0…1: it belongs to their name. */
export function placeOf({ listener }: Pick<ListenerData, 'listener'>): number {
  return random(`left out/${listener.name}`).next()
}

/**
 * Parts the listeners by an order that belongs to their names, so that most of those left out of one training are left out of the next,
 * too; which of them are new to both, `leftOutUpTo` tells.
 * @param bounds those of an earlier training, which this one goes on from
 */
export function partsOf({ people }: Pick<Everybody, 'people'>, bounds?: PartBounds): Parts {
  const order = people
    .map((person) => ({ person, at: placeOf(person) }))
    .sort((a, b) => a.at - b.at)
    .map(({ person }) => person)
  const some = ({ share, most }: typeof LEFT_OUT) =>
    Math.min(most, Math.max(1, Math.round(people.length * share)))
  const upTo = (place: number) => order.filter((person) => placeOf(person) <= place).length
  const out = bounds ? upTo(bounds.leftOutUpTo) : some(LEFT_OUT)
  const end = bounds ? upTo(bounds.validatorsUpTo) : out + some(VALIDATORS)
  const teachers = order.slice(end)
  const ends = Float64Array.from(teachers.flatMap(({ log }) => Array.from(log.endedAt))).sort()
  const [leftOut, validators] = [order.slice(0, out), order.slice(out, end)]
  const leftOutUpTo = bounds?.leftOutUpTo ?? Math.max(0, ...leftOut.map(placeOf))
  return {
    leftOut,
    leftOutUpTo,
    validators,
    validatorsUpTo: bounds?.validatorsUpTo ?? Math.max(leftOutUpTo, ...validators.map(placeOf)),
    teachers,
    cutAt: cutOf(ends),
  }
}

/** The moment after which the last tenth ends; none where so many end at one moment that less than half would be before it. */
function cutOf(ends: Float64Array): number {
  const cutAt = ends[Math.floor(ends.length * (1 - TAIL_SHARE))] ?? Number.POSITIVE_INFINITY
  return ends.findIndex((at) => at >= cutAt) < ends.length / 2 ? Number.POSITIVE_INFINITY : cutAt
}

/** How many plays of a log ended before a moment. */
export function playsBefore({ log }: Pick<ListenerData, 'log'>, at: number): number {
  let [low, high] = [0, log.size]
  while (low < high) {
    const middle = (low + high) >> 1
    if (log.endedAt[middle]! < at) low = middle + 1
    else high = middle
  }
  return low
}

/** The audio scale of what these listeners played before a moment. */
export function sharedScale(catalog: Catalog, people: readonly ListenerData[], before: number): AudioScale {
  const heard = new Set<number>()
  for (const person of people)
    for (const row of person.log.row.subarray(0, playsBefore(person, before))) heard.add(row)
  return fitAudioScale(catalog, [...heard])
}
