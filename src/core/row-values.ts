/** A number for each of some rows, in a fraction of the memory that a Map takes; rows are whole and not negative. */
export interface RowValues {
  readonly size: number
  /** NaN where there is none. */
  get(row: number): number
  set(row: number, value: number): void
}

const EMPTY = -1

/** No values yet. Open addressing with linear probing, half full at most. */
export function rowValues(): RowValues {
  let keys = new Int32Array(64).fill(EMPTY)
  let values = new Float32Array(64)
  let size = 0
  const placeOf = (row: number): number => {
    const mask = keys.length - 1
    let at = Math.imul(row, 0x9e3779b1) & mask
    while (keys[at] !== EMPTY && keys[at] !== row) at = (at + 1) & mask
    return at
  }
  const grow = () => {
    const [rows, known] = [keys, values]
    keys = new Int32Array(2 * rows.length).fill(EMPTY)
    values = new Float32Array(keys.length)
    for (let i = 0; i < rows.length; i++) {
      if (rows[i] === EMPTY) continue
      const at = placeOf(rows[i]!)
      keys[at] = rows[i]!
      values[at] = known[i]!
    }
  }
  return {
    get size() {
      return size
    },
    get(row) {
      const at = placeOf(row)
      return keys[at] === row ? values[at]! : Number.NaN
    },
    set(row, value) {
      if (2 * size >= keys.length) grow()
      const at = placeOf(row)
      if (keys[at] === EMPTY) size++
      keys[at] = row
      values[at] = value
    },
  }
}
