import type { Rows } from './table-encoding.ts'

/** Columns under their names: `values` is n × names.length, row-major, NaN where missing. */
export interface NamedRows extends Rows {
  readonly names: readonly string[]
}

type Shape = readonly [name: string, of: string, shape: (value: number) => number]

/**
 * The audio features as a network reads them best: shares near 0 and lengths on logarithmic scales, loudness also by how far it is
 * below +20 dB. A key is a circle of names, and has no place here.
 */
const SHAPES: readonly Shape[] = [
  ['danceability', 'danceability', (value) => value],
  ['energy', 'energy', (value) => value],
  ['loudness', 'loudness', (value) => value],
  ['quietness', 'loudness', (value) => Math.sqrt(Math.max(20 - value, 0))],
  ['log speechiness', 'speechiness', (value) => Math.log(value + 0.02)],
  ['logit acousticness', 'acousticness', (value) => logOdds(value, 1e-4)],
  ['log instrumentalness', 'instrumentalness', (value) => Math.log(value + 1e-5)],
  ['log liveness', 'liveness', (value) => Math.log(value + 0.02)],
  ['valence', 'valence', (value) => value],
  ['log tempo', 'tempo', (value) => Math.log(value + 1)],
  ['log length', 'duration_ms', (value) => Math.log(value)],
  ['mode', 'mode', (value) => value],
  ['four beats', 'time_signature', (value) => (Number.isNaN(value) ? value : value === 4 ? 1 : 0)],
]

/** The shaped columns of those audio features that are among `features`; a missing value stays NaN. */
export function soundInputs(features: readonly string[], rows: Rows): NamedRows {
  const shapes = SHAPES.filter(([, of]) => features.includes(of))
  const from = shapes.map(([, of]) => features.indexOf(of))
  const n = rows.d === 0 ? 0 : rows.values.length / rows.d
  const values = new Float64Array(n * shapes.length)
  for (let i = 0; i < n; i++)
    shapes.forEach(([, , shape], j) => {
      values[i * shapes.length + j] = shape(rows.values[i * rows.d + from[j]!]!)
    })
  return { names: shapes.map(([name]) => name), values, d: shapes.length }
}

/** The columns of these names, in this order. */
export function pickRows(rows: NamedRows, names: readonly string[]): NamedRows {
  const at = names.map((name) => rows.names.indexOf(name))
  const n = rows.d === 0 ? 0 : rows.values.length / rows.d
  const values = new Float64Array(n * at.length)
  for (let i = 0; i < n; i++)
    at.forEach((column, j) => {
      values[i * at.length + j] = rows.values[i * rows.d + column]!
    })
  return { names, values, d: at.length }
}

/** Tables of the same rows side by side. */
export function besideRows(n: number, ...tables: readonly NamedRows[]): NamedRows {
  const d = tables.reduce((sum, table) => sum + table.d, 0)
  const values = new Float64Array(n * d)
  let offset = 0
  for (const table of tables) {
    for (let i = 0; i < n; i++)
      values.set(table.values.subarray(i * table.d, (i + 1) * table.d), i * d + offset)
    offset += table.d
  }
  return { names: tables.flatMap(({ names }) => names), values, d }
}

function logOdds(share: number, edge: number): number {
  const p = Math.min(Math.max(share, edge), 1 - edge)
  return Math.log(p / (1 - p))
}
