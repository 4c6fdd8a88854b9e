import { expect, it } from 'vitest'
import { groupCommit, type Transaction } from '../src/store/group-commit.ts'

/** A transaction that keeps a log: items that throw, and commits that fail, are given. */
function logged(badItems: readonly string[] = [], badCommits: readonly number[] = []) {
  const log: string[] = []
  const kept: string[] = []
  let open: string[] = []
  let commits = 0
  const transaction: Transaction<string> = {
    async begin() {
      open = []
      log.push('begin')
    },
    async apply(item) {
      if (badItems.includes(item)) throw new Error(`cannot apply ${item}`)
      open.push(item)
    },
    async commit() {
      if (badCommits.includes(commits++)) throw new Error('cannot commit')
      kept.push(...open)
      log.push(`commit ${open.join('+')}`)
    },
    async rollback() {
      log.push('rollback')
    },
  }
  return { write: groupCommit(transaction), log, kept }
}

const statuses = async (calls: Promise<void>[]) =>
  (await Promise.allSettled(calls)).map(({ status }) => status)

it('commits calls that wait together once, in their order', async () => {
  const { write, log } = logged()
  await Promise.all(['a', 'b', 'c', 'd'].map(write))
  expect(log).toEqual(['begin', 'commit a', 'begin', 'commit b+c+d'])
})

it('tries the calls of a group one by one when one of them fails', async () => {
  const { write, kept } = logged(['c'])
  const outcomes = await statuses(['a', 'b', 'c', 'd'].map(write))
  expect(outcomes).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect(kept).toEqual(['a', 'b', 'd'])
})

it('never tries again after a commit that failed, and goes on with the calls after it', async () => {
  const { write, kept } = logged([], [1])
  const outcomes = await statuses(['a', 'b', 'c'].map(write))
  expect(outcomes).toEqual(['fulfilled', 'rejected', 'rejected'])
  await write('e')
  expect(kept).toEqual(['a', 'e'])
})

it('acknowledges only what is committed', async () => {
  const { write, kept } = logged()
  await Promise.all(['a', 'b', 'c'].map((item) => write(item).then(() => expect(kept).toContain(item))))
})
