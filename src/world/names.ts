import type { Random } from '../core/random.ts'
import { fold } from '../core/track.ts'

const ONSETS = 'b br c d dr f fl g gl h j k kl l m n p pr qu r s sh sk st t th tr v w y z'.split(' ')
const VOWELS = 'a e i o u a e i o a e o ai ea ou'.split(' ')
const CODAS = ' , , ,l,n,r,s,sh,th,m,nd,rn,st,x,ck'.split(',').map((coda) => coda.trim())

const ADJECTIVES =
  `amber blue broken burning crooked distant early electric empty fading gentle golden hollow iron
  last late lonely low midnight northern open paper quiet restless salt scarlet second secret silver sleeping slow
  soft southern tender tired velvet wandering western wild winter yellow`.split(/\s+/)
const NOUNS =
  `anchor autumn avenue balcony bonfire bridge candle carousel city coast compass corridor dancer daylight
  engine evening fever field garden ghost harbour highway hour island kitchen ladder lantern letter lighthouse machine
  meadow mirror morning mountain ocean orchard parade postcard promise radio railway rain river room season shadow
  shoreline signal smoke station storm stranger summer telephone thunder tide tower train valley window`.split(
    /\s+/,
  )

const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Draws names that have not been given yet. */
export interface Names {
  /** An artist name that no other artist has, compared as `fold` does. */
  artist(): string
  /** An album or track title; unique within `within`, a set of folded titles that it extends. */
  title(within: Set<string>): string
  /** A made-up Spotify id: 22 base-62 characters, never given twice. */
  id(): string
}

/** A source of invented, pronounceable names; the same stream gives the same names. */
export function names(random: Random): Names {
  const of = (list: readonly string[]) => list[random.int(list.length)]!
  const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)
  const word = () => {
    let made = ''
    for (let left = random.next() < 0.7 ? 2 : 3; left > 0; left--)
      made += of(ONSETS) + of(VOWELS) + (left === 1 ? of(CODAS) : '')
    return capital(made)
  }
  const adjective = () => capital(of(ADJECTIVES))
  const noun = () => capital(of(NOUNS))
  const artistForms = [
    word,
    () => `${word()} ${word()}`,
    () => `The ${word()}ers`,
    () => `${word()} & the ${noun()}s`,
  ]
  const titleForms = [
    () => `${adjective()} ${noun()}`,
    () => `${noun()} of ${word()}`,
    () => `${noun()} in the ${noun()}`,
    () => `${word()} ${noun()}`,
    word,
  ]
  const unique = (forms: readonly (() => string)[], taken: Set<string>): string => {
    for (;;) {
      const name = forms[random.int(forms.length)]!()
      if (taken.has(fold(name))) continue
      taken.add(fold(name))
      return name
    }
  }
  const artists = new Set<string>()
  const ids = new Set<string>()
  return {
    artist: () => unique(artistForms, artists),
    title: (within) => unique(titleForms, within),
    id() {
      for (;;) {
        let made = String(random.int(8))
        while (made.length < 22) made += BASE_62[random.int(62)]
        if (ids.has(made)) continue
        ids.add(made)
        return made
      }
    },
  }
}
