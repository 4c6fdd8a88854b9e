/** Numbers things in the order in which they are met, from 1 on: what is counted of a few of many things takes the room of the few. */
export interface Slots {
  /** The number of a thing; 0 where it was never met. */
  of(thing: number): number
  /** The number of a thing, which is met now. */
  meet(thing: number): number
  /** Everything that was met, in order. */
  met(): Iterable<number>
  /** The same numbers, to be gone on with apart. */
  copy(): Slots
}

/** Nothing met yet. */
export function slots(known: ReadonlyMap<number, number> = new Map()): Slots {
  const numbers = new Map(known)
  return {
    of: (thing) => numbers.get(thing) ?? 0,
    meet(thing) {
      const before = numbers.get(thing)
      if (before !== undefined) return before
      const number = numbers.size + 1
      numbers.set(thing, number)
      return number
    },
    met: () => numbers.keys(),
    copy: () => slots(numbers),
  }
}

/** Columns that grow: one value a slot, slot 0 being that of what was never met. */
export function grown<Column extends Growing>(column: Column, slot: number, empty = 0): Column {
  if (slot < column.length) return column
  const longer = new (column.constructor as new (size: number) => Column)(2 * slot)
  if (empty !== 0) longer.fill(empty, column.length)
  longer.set(column)
  return longer
}

type Growing = Int8Array | Int32Array | Float32Array | Float64Array
