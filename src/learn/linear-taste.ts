import { alsFactors, alsFoldIn, type ImplicitAlsSettings } from '../collaborative/implicit-als.ts'
import { type Interactions, interactions } from '../collaborative/interactions.ts'
import { DeepcutsError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { type Closeness, closenessIn } from '../taste/closeness.ts'
import { isPositive } from '../taste/event-inputs.ts'
import type { Sequences } from '../taste/sequences.ts'

/** What iALS learned of many listeners: a vector a track, by the names that tracks have in any catalog. */
export interface LinearTaste {
  readonly items: readonly string[]
  /** Items × width. */
  readonly factors: Float32Array
}

const SETTINGS: ImplicitAlsSettings = {
  width: 32,
  epochs: 10,
  background: 0.1,
  lambda: 0.03,
  frequency: 0.75,
  weighting: 'log',
}
const { width: WIDTH } = SETTINGS

/**
 * Learns from what the owners of some sequences wanted.
 * @param least distinct owners behind a track before it has a vector
 * @returns undefined where no track has so many
 */
export async function learnLinear(
  sequences: Sequences,
  names: readonly string[],
  taught: readonly number[],
  least: number,
  random: Random,
  signal?: AbortSignal,
): Promise<LinearTaste | undefined> {
  const owners = new Map<number, Set<number>>()
  for (const s of taught)
    eachWanted(sequences, s, sequences.offsets[s]!, sequences.offsets[s + 1]!, (item) => {
      const had = owners.get(item) ?? new Set()
      owners.set(item, had.add(sequences.owner[s]!))
    })
  const rows = [...owners.keys()]
    .filter((item) => owners.get(item)!.size >= least && names[item] !== '')
    .sort((a, b) => a - b)
  if (rows.length === 0) return undefined
  const place = new Map(rows.map((item, at) => [item, at]))
  const parts = taught.map((s) => ({
    sequence: s,
    from: sequences.offsets[s]!,
    to: sequences.offsets[s + 1]!,
  }))
  const matrix = wantedIn(sequences, parts, place, rows.length)
  const { items: factors } = await alsFactors(matrix, SETTINGS, { random, signal })
  return { items: rows.map((item) => names[item]!), factors }
}

interface Part {
  readonly sequence: number
  readonly from: number
  readonly to: number
}

function eachWanted(sequences: Sequences, s: number, from: number, to: number, look: (item: number) => void) {
  for (let event = from; event < to; event++)
    if (isPositive(sequences, s, event)) look(sequences.item[event]!)
}

function wantedIn(
  sequences: Sequences,
  parts: readonly Part[],
  place: ReadonlyMap<number, number>,
  items: number,
): Interactions {
  const rows = { user: [] as number[], item: [] as number[], weight: [] as number[] }
  for (const [user, { sequence, from, to }] of parts.entries())
    eachWanted(sequences, sequence, from, to, (item) => {
      const at = place.get(item)
      if (at === undefined) return
      rows.user.push(user)
      rows.item.push(at)
      rows.weight.push(1)
    })
  return interactions(rows, parts.length, items)
}

/** What was learned over the items of a catalog, ready for any listener. */
export interface OpenLinear {
  /** Items × width, zeros where nothing was learned of one. */
  readonly vectors: Float32Array
  readonly closeness: Closeness
  /** Parts × width: who wanted what these parts of sequences say. */
  foldIn(sequences: Sequences, parts: readonly Part[]): Float32Array
}

/** Opens what was learned over items of these names. */
export function openLinear({ items, factors }: LinearTaste, names: readonly string[]): OpenLinear {
  const learned = new Map(items.map((name, at) => [name, at]))
  const place = new Map<number, number>()
  const vectors = new Float32Array(names.length * WIDTH)
  for (const [item, name] of names.entries()) {
    const at = name === '' ? undefined : learned.get(name)
    if (at === undefined) continue
    place.set(item, at)
    vectors.set(factors.subarray(at * WIDTH, (at + 1) * WIDTH), item * WIDTH)
  }
  const fold = alsFoldIn(factors, SETTINGS)
  return {
    vectors,
    closeness: closenessIn(vectors, WIDTH, (item) => place.has(item)),
    foldIn: (sequences, parts) => fold(wantedIn(sequences, parts, place, items.length)),
  }
}

type Files = Readonly<Record<string, Uint8Array>>

/** Raised whenever files of an older version could be misread. */
const FORMAT = 1

/** The files of what was learned: `<name>.json` and `<name>.f32`. */
export function linearFiles(name: string, { items, factors }: LinearTaste): Files {
  return {
    [`${name}.json`]: Buffer.from(JSON.stringify({ format: FORMAT, width: WIDTH, items })),
    [`${name}.f32`]: Buffer.from(factors.buffer, factors.byteOffset, factors.byteLength),
  }
}

/** Reads it from the files of a version, undefined where there is none. @throws MODEL_OLD when it is of another format */
export function readLinear(files: Files, name: string, version: number): LinearTaste | undefined {
  const [json, values] = [files[`${name}.json`], files[`${name}.f32`]]
  if (!json) return undefined
  const { format, width, items } = JSON.parse(Buffer.from(json).toString()) as {
    readonly format?: number
    readonly width?: number
    readonly items?: readonly string[]
  }
  const factors = new Float32Array(Uint8Array.from(values ?? []).buffer)
  if (format !== FORMAT || width !== WIDTH || !items || factors.length !== items.length * WIDTH)
    throw new DeepcutsError('MODEL_OLD', { version })
  return { items, factors }
}
