import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCommandLine, smallExport } from './suites/cli.ts'

const cli = makeCommandLine()
afterAll(() => cli.remove())

beforeAll(async () => {
  const paths = await smallExport(cli.folder)
  const ran = await cli.run(['import', paths.catalog, paths.export, '--quiet'])
  expect(ran.status, ran.stderr).toBe(0)
}, 120_000)

const dial = async (...args: string[]) => ((await cli.json(['dial', ...args])) as { dial?: unknown }).dial

describe('dial', () => {
  it('keeps what was turned beside what was turned before, until it is reset', async () => {
    expect(await dial()).toEqual({})
    expect(await dial('--novelty', 'auto')).toEqual({ novelty: 'auto' })
    expect(await dial('--boldness', '1.5', '--floor', '0.1')).toEqual({
      novelty: 'auto',
      boldness: 1.5,
      floor: 0.1,
    })
    expect(await dial()).toEqual({ novelty: 'auto', boldness: 1.5, floor: 0.1 })
    expect(await dial('--reset', '--novelty', '0.4')).toEqual({ novelty: 0.4 })
    expect(await dial('--reset')).toEqual({})
  })

  it('says in words how it stands, and what auto goes by', async () => {
    expect((await cli.run(['dial'])).stdout).toMatch(/novelty +what each recipe says/)
    const { stdout } = await cli.run(['dial', '--novelty', 'auto'])
    const text = stdout.replace(/\s+/g, ' ')
    expect(text).toContain('So a daily mix now holds 30 % new songs instead of 30 %')
    expect(text).toContain('stays between 5 % and 80 %')
    await cli.run(['dial', '--reset'])
  })

  it.each([
    [['--novelty', 'much'], '--novelty is much, but it must be a number from 0 to 1'],
    [['--boldness', '3'], '--boldness is 3, but it must be a number from 0.5 to 2'],
    [['--floor', '0.9'], '--floor is 0.9, but it must be a number from 0 to 0.5'],
  ])('refuses %s with a sentence, and stands as it stood', async (args, sentence) => {
    const ran = await cli.run(['dial', ...args])
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain(sentence)
    expect(await dial()).toEqual({})
  })
})
