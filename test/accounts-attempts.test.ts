import { describe, expect, it } from 'vitest'
import { attemptLimits, networkOf } from '../src/accounts/attempts.ts'

/** Limits with a clock that the test moves, and how long a guess has to wait: 0 where it may be made. */
function limited() {
  const clock = { at: 1_800_000_000_000 }
  const limits = attemptLimits(() => clock.at)
  const guess = (name: string, address: string, right = false): number => {
    try {
      const succeeded = limits.begin(name, address)
      if (right) succeeded()
      return 0
    } catch (error) {
      return (error as { details: { seconds: number } }).details.seconds
    }
  }
  return { clock, guess }
}

describe('wrong passwords of one name', () => {
  it('are free five times; each further one doubles the wait, to a quarter of an hour', () => {
    const { clock, guess } = limited()
    let address = 0
    const next = () => guess('ada', `10.0.0.${++address % 200}`)
    for (let i = 0; i < 5; i++) expect(next()).toBe(0)
    const waits: number[] = []
    for (let i = 0; i < 13; i++) {
      const seconds = next()
      waits.push(seconds)
      clock.at += seconds * 1000
      expect(next()).toBe(0)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
  })

  it('say nothing of another name, and are forgotten after the right one or after a day', () => {
    const { clock, guess } = limited()
    for (let i = 0; i < 5; i++) guess('ada', '10.0.0.1')
    expect(guess('ada', '10.0.0.2')).toBe(1)
    expect(guess('bo', '10.0.0.2')).toBe(0)
    clock.at += 1000
    expect(guess('ada', '10.0.0.2', true)).toBe(0)
    for (let i = 0; i < 5; i++) expect(guess('ada', '10.0.0.3')).toBe(0)
    expect(guess('ada', '10.0.0.3')).toBe(1)
    clock.at += 25 * 3_600_000
    for (let i = 0; i < 5; i++) expect(guess('ada', '10.0.0.3')).toBe(0)
  })

  it('count when they begin, so that many at once are not more than one after another', () => {
    const { guess } = limited()
    const waits = Array.from({ length: 30 }, () => guess('ada', '10.0.0.1'))
    expect(waits.filter((seconds) => seconds === 0)).toHaveLength(5)
  })

  it('make nobody wait for a clock that was set back', () => {
    const { clock, guess } = limited()
    for (let i = 0; i < 5; i++) guess('ada', '10.0.0.1')
    clock.at -= 10 * 24 * 3_600_000
    expect(guess('ada', '10.0.0.1')).toBeLessThanOrEqual(1)
  })
})

describe('wrong passwords of one address', () => {
  it('are free twenty times whatever the names, and then wait for a minute at most', () => {
    const { clock, guess } = limited()
    for (let i = 0; i < 20; i++) expect(guess(`name ${i}`, '10.0.0.1')).toBe(0)
    expect(guess('name 20', '10.0.0.1')).toBe(1)
    expect(guess('name 20', '10.0.0.2')).toBe(0)
    for (let i = 0; i < 20; i++) {
      clock.at += 60_000
      expect(guess(`more ${i}`, '10.0.0.1')).toBe(0)
    }
    expect(guess('one more', '10.0.0.1')).toBe(60)
  })

  it('do not grow by right ones', () => {
    const { guess } = limited()
    for (let i = 0; i < 100; i++) expect(guess(`name ${i}`, '10.0.0.1', true)).toBe(0)
  })

  it('are those of its whole network, where addresses are plenty', () => {
    const { guess } = limited()
    for (let i = 0; i < 20; i++) guess(`name ${i}`, `2001:db8:1:2::${i + 1}`)
    expect(guess('another', '2001:db8:1:2:ffff::1')).toBe(1)
    expect(guess('another', '2001:db8:1:3::1')).toBe(0)
  })
})

it('forgets the oldest of many names, so that no memory is filled', () => {
  const { guess } = limited()
  for (let i = 0; i < 5; i++) guess('ada', '10.0.0.1')
  for (let i = 0; i < 30_000; i++) guess(`name ${i}`, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  expect(guess('ada', '10.9.9.9')).toBe(0)
})

it.each([
  ['192.168.1.7', '192.168.1.7'],
  ['::ffff:192.168.1.7', '192.168.1.7'],
  ['::1', '0:0:0:0'],
  ['2001:DB8:0001:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
