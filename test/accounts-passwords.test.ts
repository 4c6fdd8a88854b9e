import { describe, expect, it } from 'vitest'
import { checkPassword, scryptPasswords } from '../src/accounts/passwords.ts'

const cheap = () => scryptPasswords({ logN: 4, r: 8, p: 1 })
const code = (work: () => void) => {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('a password', () => {
  it('is kept as another text each time, which tells its costs and never the password', async () => {
    const passwords = cheap()
    const [one, other] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')]
    expect(one).toMatch(/^scrypt\$4\$8\$1\$[\w+/=]{24}\$[\w+/=]{44}$/)
    expect(other).not.toBe(one)
    expect(await passwords.matches('correct horse', one)).toBe(true)
    expect(await passwords.matches('correct horsf', one)).toBe(false)
  })

  it('is the same however its characters were typed', async () => {
    const passwords = cheap()
    const kept = await passwords.hash('caf\u00e9 \ufb01ne word')
    expect(await passwords.matches('cafe\u0301 fine word', kept)).toBe(true)
    expect(await passwords.matches('cafe fine word', kept)).toBe(false)
  })

  it('that was kept at other costs is still known', async () => {
    const kept = await scryptPasswords({ logN: 5, r: 4, p: 2 }).hash('an earlier word')
    expect(await cheap().matches('an earlier word', kept)).toBe(true)
  })

  it('of nobody is wrong, and takes as long to refuse', async () => {
    const passwords = scryptPasswords({ logN: 12, r: 8, p: 1 })
    const kept = await passwords.hash('somebody is there')
    const fastest = {
      somebody: Number.POSITIVE_INFINITY,
      nobody: Number.POSITIVE_INFINITY,
      invited: Number.POSITIVE_INFINITY,
    }
    for (let i = 0; i < 7; i++)
      for (const [who, of] of [
        ['somebody', kept],
        ['nobody', undefined],
        ['invited', ''],
      ] as const) {
        const start = performance.now()
        expect(await passwords.matches('a wrong guess', of)).toBe(false)
        fastest[who] = Math.min(fastest[who], performance.now() - start)
      }
    // Whoever answers without working it out is a hundred times faster.
    expect(fastest.nobody).toBeGreaterThan(fastest.somebody / 4)
    expect(fastest.invited).toBeGreaterThan(fastest.somebody / 4)
  })

  it.each([
    ['nine char', 'BAD_VALUE'],
    ['x'.repeat(257), 'BAD_VALUE'],
    ['Ada Lovelace', 'BAD_VALUE'],
    ['ten chars!', undefined],
    ['x'.repeat(256), undefined],
    ['🎵🎶🎵🎶🎵🎶🎵🎶🎵', 'BAD_VALUE'],
    ['🎵🎶🎵🎶🎵🎶🎵🎶🎵🎶', undefined],
  ])('%s is taken or not by its length in characters, and never as the name', (password, refused) => {
    expect(code(() => checkPassword(password, 'ada lovelace'))).toBe(refused)
  })
})

describe('guesses that come at once', () => {
  it('wait for two others at most, do not hold up anything else, and too many are refused', async () => {
    const passwords = scryptPasswords({ logN: 13, r: 8, p: 1 })
    const kept = await passwords.hash('a word to guess')
    let ticks = 0
    const ticking = setInterval(() => ticks++, 1)
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.matches('wrong', kept)))
    clearInterval(ticking)
    const refused = all.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(60 - 2 - 32)
    expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ code: 'TOO_MANY_LOGINS' })
    expect(ticks).toBeGreaterThan(20)
    expect(await passwords.matches('a word to guess', kept)).toBe(true)
  })
})
