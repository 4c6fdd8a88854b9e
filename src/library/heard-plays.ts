import { type Play, PRECISION } from '../core/event.ts'

/** The plays that one import tells, kept as columns: a million of them take some 60 MB. */
export interface HeardPlays {
  readonly size: number
  /** @param listener their number among those of the import; `name` that of the track, `file` that of the file */
  add(listener: number, name: number, file: number, play: Play): void
  /**
   * The rows of the table.
   * @param listenerOf listeners' numbers → ids; `identifierOf` names' numbers → identifiers
   */
  rows(
    listenerOf: readonly number[],
    identifierOf: Int32Array,
    importId: number,
    firstId: number,
  ): PlayTableRows
  /** How many plays of each file are flagged. */
  perFile(flags: Int8Array): number[]
  /** How many plays of each of `listeners` are not flagged. */
  perListener(flags: Int8Array, listeners: number): Int32Array
}

/** Columns of the table `plays`. */
export interface PlayTableRows {
  readonly id: Int32Array
  readonly import: Int32Array
  readonly listener: Int32Array
  readonly identifier: Int32Array
  readonly endedAt: Float64Array
  readonly msPlayed: Float64Array
  readonly reasonStart: string[]
  readonly reasonEnd: string[]
  readonly skipped: Int8Array
  readonly shuffle: Int8Array
  readonly offline: Int8Array
  readonly device: string[]
  readonly exact: Int8Array
  readonly hidden: Int8Array
}

/** Whole numbers of a play, in the order in which they are kept. */
const NUMBERS = [
  'listener',
  'name',
  'file',
  'start',
  'end',
  'device',
  'skipped',
  'shuffle',
  'offline',
  'exact',
] as const
const WIDTH = NUMBERS.length
const AT = Object.fromEntries(NUMBERS.map((name, i) => [name, i])) as Record<(typeof NUMBERS)[number], number>

/** Room for so many plays at first: an event is one. */
const FIRST = 8

/** An empty collection. */
export function heardPlays(): HeardPlays {
  let size = 0
  let numbers = new Int32Array(WIDTH * FIRST)
  let times = new Float64Array(2 * FIRST)
  const texts: string[] = []
  const codes = new Map<string, number>()
  const code = (text: string): number => {
    const known = codes.get(text)
    if (known !== undefined) return known
    codes.set(text, texts.length)
    return texts.push(text) - 1
  }
  // Plain loops: an import of a long history is written while requests are answered, and `from` takes ten times as long.
  const fill = <A extends Int8Array | Int32Array | Float64Array | string[]>(
    into: A,
    of: (row: number) => A[number],
  ) => {
    for (let row = 0; row < size; row++) into[row] = of(row)
    return into
  }
  const column = (name: (typeof NUMBERS)[number], of: ArrayLike<number>) =>
    fill(new Int32Array(size), (row) => of[numbers[row * WIDTH + AT[name]]!]!)
  const small = (name: (typeof NUMBERS)[number]) =>
    fill(new Int8Array(size), (row) => numbers[row * WIDTH + AT[name]]!)
  const text = (name: (typeof NUMBERS)[number]) =>
    fill(new Array<string>(size), (row) => texts[numbers[row * WIDTH + AT[name]]!]!)
  return {
    get size() {
      return size
    },
    add(listener, name, file, play) {
      if (size * WIDTH === numbers.length) {
        numbers = doubled(numbers)
        times = doubled(times)
      }
      const row = [
        listener,
        name,
        file,
        code(play.reasonStart),
        code(play.reasonEnd),
        code(play.device),
        flag(play.skipped),
        flag(play.shuffle),
        flag(play.offline),
        PRECISION[play.precision],
      ]
      numbers.set(row, size * WIDTH)
      times[2 * size] = play.endedAt
      times[2 * size + 1] = play.msPlayed
      size++
    },
    rows: (listenerOf, identifierOf, importId, firstId) => ({
      id: fill(new Int32Array(size), (row) => firstId + row),
      import: new Int32Array(size).fill(importId),
      listener: column('listener', listenerOf),
      identifier: column('name', identifierOf),
      endedAt: fill(new Float64Array(size), (row) => times[2 * row]!),
      msPlayed: fill(new Float64Array(size), (row) => times[2 * row + 1]!),
      reasonStart: text('start'),
      reasonEnd: text('end'),
      skipped: small('skipped'),
      shuffle: small('shuffle'),
      offline: small('offline'),
      device: text('device'),
      exact: small('exact'),
      hidden: new Int8Array(size),
    }),
    perFile(flags) {
      const counts: number[] = []
      for (let i = 0; i < size; i++) {
        const file = numbers[i * WIDTH + AT.file]!
        counts[file] = (counts[file] ?? 0) + flags[i]!
      }
      return Array.from(counts, (count) => count ?? 0)
    },
    perListener(flags, listeners) {
      const counts = new Int32Array(listeners)
      for (let i = 0; i < size; i++) if (flags[i] === 0) counts[numbers[i * WIDTH + AT.listener]!]! += 1
      return counts
    },
  }
}

const flag = (value: boolean | undefined) => (value === undefined ? -1 : Number(value))

function doubled<A extends Int32Array | Float64Array>(values: A): A {
  const more = new (values.constructor as new (n: number) => A)(values.length * 2)
  more.set(values as never)
  return more
}
