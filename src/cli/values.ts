import { DIAL_BOUNDS } from '../core/dial.ts'
import { DeepcutsError } from '../core/errors.ts'

interface Bounds {
  readonly min?: number
  readonly max?: number
  readonly whole?: boolean
}

/** Reads a number option within bounds (both included). @throws DeepcutsError BAD_VALUE */
export function numberOption(option: string, { min, max, whole }: Bounds): (value: string) => number {
  const range = max !== undefined ? ` from ${min} to ${max}` : min !== undefined ? ` of at least ${min}` : ''
  return (value) => {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    const fits =
      Number.isFinite(number) &&
      (!whole || Number.isSafeInteger(number)) &&
      number >= (min ?? -Infinity) &&
      number <= (max ?? Infinity)
    if (!fits)
      throw new DeepcutsError('BAD_VALUE', {
        option,
        value: value === '' ? 'empty' : value,
        expected: `a ${whole ? 'whole ' : ''}number${range}`,
      })
    return number
  }
}

/** Reads a share of new songs, or "auto". @throws DeepcutsError BAD_VALUE */
export function noveltyOption(value: string): number | 'auto' {
  return value === 'auto' ? value : numberOption('--novelty', DIAL_BOUNDS.novelty)(value)
}

/** Reads an option that is one of a few words. @throws DeepcutsError BAD_VALUE */
export function oneOf<Word extends string>(option: string, words: readonly Word[]): (value: string) => Word {
  return (value) => {
    const word = words.find((one) => one === value)
    if (!word) throw new DeepcutsError('BAD_VALUE', { option, value, expected: `one of ${words.join(', ')}` })
    return word
  }
}

/** Reads a list with commas, and joins it to what was given before. */
export function commaList(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').map((one) => one.trim())].filter((one) => one !== '')
}
