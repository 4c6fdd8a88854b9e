/** A set of texts of which only 53 bits of a hash are kept: of a million texts, one in ten thousand such sets takes a new text for a known one. */
export interface HashSet {
  readonly size: number
  has(hash: number): boolean
  add(hash: number): void
}

/** An empty set; a hash takes 16 bytes or fewer. */
export function hashSet(): HashSet {
  let slots = new Float64Array(1024)
  let size = 0
  const slotOf = (hash: number, of: Float64Array): number => {
    const mask = of.length - 1
    let at = (hash % 0x1_0000_0000) & mask
    while (of[at] !== 0 && of[at] !== hash) at = (at + 1) & mask
    return at
  }
  return {
    get size() {
      return size
    },
    has: (hash) => slots[slotOf(hash, slots)] === hash,
    add(hash) {
      const at = slotOf(hash, slots)
      if (slots[at] === hash) return
      slots[at] = hash
      if (++size < slots.length * 0.7) return
      const more = new Float64Array(slots.length * 2)
      for (const known of slots) if (known !== 0) more[slotOf(known, more)] = known
      slots = more
    },
  }
}

/** 53 bits of a text, never 0: two multiplicative hashes side by side. */
export function hashOf(text: string): number {
  let [a, b] = [0xde_ad_be_ef, 0x41_c6_ce_57]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 2_654_435_761)
    b = Math.imul(b ^ code, 1_597_334_677)
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909)
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909)
  return (b & 0x1f_ff_ff) * 0x1_0000_0000 + (a >>> 0) || 1
}
