import { expect, test } from 'vitest'
import hetrec, { rowsOf, split } from '../bench/hetrec.ts'

const text = `userID\tartistID\tweight\r\n${Array.from({ length: 60 }, (_, k) => `${k % 2}\t${k}\t${1 + k}`).join('\r\n')}\r\n`

test('of each user eight tenths train, one is to choose on and one tests, the same for the same seed', () => {
  const rows = rowsOf(text)
  const { train, validation, test: tested } = split(rows, 1)
  expect([train.length, validation.length, tested.length]).toEqual([48, 6, 6])
  expect(new Set([...train, ...validation, ...tested]).size).toBe(60)
  for (const user of ['0', '1']) expect(tested.filter((row) => row.startsWith(`${user}\t`))).toHaveLength(3)
  expect(split(rows, 1)).toEqual({ train, validation, test: tested })
  expect(split(rows, 2).test).not.toEqual(tested)
})

test('without the data the benchmark says so and measures nothing', async () => {
  expect(await hetrec('', ['/nowhere'])).toEqual([])
})
