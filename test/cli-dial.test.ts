import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { receivedWords, shareWords } from '../src/cli/dial-words.ts'
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
    expect(text).toContain('nothing is known yet of how you receive new ones')
    expect(text).toContain('a daily mix keeps its 30 % of new songs')
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

describe('what auto says', () => {
  const none = { finishes: 0, skips: 0 }
  const bounds = { turn: 0.25, least: 0.05, most: 0.8 }

  it('names what was finished of what was played, and what it makes of it', () => {
    const received = { new: { finishes: 9, skips: 1 }, familiar: none }
    expect(receivedWords(received)).toBe(
      'Of the songs from your mixes that you played in the last sixty days, you finished 9 of the 10 that were new to you and played none of the songs that you knew.',
    )
    expect(shareWords(received, { daily: 0.41, dailyOwn: 0.3, ...bounds })).toBe(
      'So a daily mix now holds 41 % new songs instead of 30 %; the share moves by 25 points at most, and stays between 5 % and 80 %.',
    )
  })

  it('does not say that a share became what it was', () => {
    const received = { new: { finishes: 1, skips: 1 }, familiar: { finishes: 2, skips: 1 } }
    expect(shareWords(received, { daily: 0.302, dailyOwn: 0.3, ...bounds })).toMatch(
      /^That is about what was expected, and a daily mix keeps its 30 % of new songs;/,
    )
  })
})
