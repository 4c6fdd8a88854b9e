import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const printed = (example: string) =>
  execFileSync(process.execPath, ['--import', 'tsx', `examples/${example}.ts`], { cwd: ROOT }).toString()

it('the XOR example learns the four rows, and its ONNX file says so', () => {
  const rows = [...printed('xor').matchAll(/^(\d) xor (\d): (\S+)$/gm)].map(([, a, b, p]) => [
    a !== b,
    Number(p),
  ])
  expect(rows).toHaveLength(4)
  for (const [truth, p] of rows) expect(p).toBeCloseTo(truth ? 1 : 0, 1)
})

it('the tiny recommender is right about pairs that it never saw', () => {
  const [, right, all] = /^(\d+) of (\d+) pairs that it never saw are right\.$/m.exec(
    printed('tiny-recommender'),
  )!
  expect(Number(all)).toBe(480)
  expect(Number(right) / Number(all)).toBeGreaterThan(0.95)
})

it('the transformer knows better what comes next than counts of what is popular and of what followed', () => {
  const text = printed('next-track')
  const recall = (of: string) => Number(new RegExp(`^recall@10 of ${of}: (\\S+)$`, 'm').exec(text)![1])
  const counts = Math.max(recall('what is popular'), recall('what followed the last song'))
  expect(counts).toBeGreaterThan(0)
  expect(recall('the model')).toBeGreaterThan(1.5 * counts)
  expect(recall('the model')).toBeLessThan(recall('one who knows the rule, at best'))
})
