import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { drawProgress } from '../src/cli/progress-bar.ts'
import { aligned, columns, cut, lasting, padded, paragraph, printable, wrap } from '../src/cli/text.ts'

describe('text on a terminal', () => {
  it('counts the columns that characters take: two for East Asian ones and emoji, none for marks and colours', () => {
    expect(columns('abc')).toBe(3)
    expect(columns('夜に駆ける')).toBe(10)
    expect(columns('🎧')).toBe(2)
    expect(columns('e\u0301')).toBe(1)
    expect(columns('\u001b[1mbold\u001b[22m')).toBe(4)
  })

  it('is cut and padded to the column', () => {
    expect(cut('夜に駆ける', 5)).toBe('夜に…')
    expect(columns(padded('夜に駆ける', 8))).toBe(8)
    expect(padded('7', 3, 'right')).toBe('  7')
  })

  it('wraps between words, and within a word that is longer than a line', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('incomprehensible', 6)).toEqual(['incomp', 'rehens', 'ible'])
    expect(wrap('', 6)).toEqual([''])
    expect(paragraph('one two three', 12, '• ')).toBe('• one two\n  three')
  })

  it('keeps a percent sign with its number', () => {
    expect(wrap('it is 98 %.', 9)).toEqual(['it is', '98 %.'])
    expect(wrap('it is 98 % sure', 10)).toEqual(['it is 98 %', 'sure'])
  })

  it('stands in columns, numbers flush right', () => {
    expect(
      aligned(
        [
          ['a', '1'],
          ['bbb', '20'],
        ],
        [1],
      ),
    ).toEqual(['a     1', 'bbb  20'])
  })

  it('loses what could steer a terminal', () => {
    expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a [2Jb c d')
  })

  it('tells a length of time as a person would', () => {
    expect([0.42, 9.97, 12, 185, 4800].map(lasting)).toEqual([
      '0.4 s',
      '10 s',
      '12 s',
      '3 min 5 s',
      '1 h 20 min',
    ])
  })
})

describe('progress', () => {
  const draw = async (isTTY: boolean) => {
    let clock = 0
    let text = ''
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, cursorTo() {}, clearLine() {} })
    stream.on('data', (chunk) => {
      text += chunk
    })
    const progress = await drawProgress(stream as unknown as NodeJS.WriteStream, () => clock)
    return { progress, pass: (ms: number) => (clock += ms), told: () => text }
  }

  it('away from a terminal is a line every five seconds at most, and one at the end', async () => {
    const { progress, pass, told } = await draw(false)
    progress.stage('reading a.zip', 1000, 'KB')
    for (let done = 0; done <= 1000; done += 10) {
      progress.at(done)
      pass(100)
    }
    progress.done()
    expect(told().trimEnd().split('\n')).toEqual([
      'Reading a.zip: 50 %, 100 KB/s, 5.0 s left',
      'Reading a.zip: 1,000 KB in 10 s',
    ])
  })

  it('on a terminal is a bar with rate and time left, which the end of the stage replaces', async () => {
    const { progress, pass, told } = await draw(true)
    progress.stage('choosing', 16, 'fits')
    pass(2000)
    progress.at(4)
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(told()).toContain('Choosing  ██████░░░░░░░░░░░░░░░░░░  25 % · 2.0 fits/s · 6.0 s left')
    pass(8000)
    progress.at(8)
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(told(), 'a rate under one a second says nothing').toContain('50 % · 10 s left')
    progress.stop()
    expect(told()).not.toContain('fits in')
  })
})
