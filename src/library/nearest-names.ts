const ALIKE = 0.5

/**
 * The numbers of the things with a name closest to `wanted` by the Dice coefficient of their pairs of letters, best first;
 * only those that share at least half. Names and `wanted` are plain text in one case.
 * @param namesOf the names of thing i, asked for 0 … size − 1
 */
export function nearestNames(
  wanted: string,
  size: number,
  namesOf: (i: number) => readonly string[],
  most = 3,
): readonly number[] {
  const pairs = pairsOf(wanted)
  if (pairs.size === 0) return []
  const best: { i: number; score: number }[] = []
  for (let i = 0; i < size; i++) {
    const score = Math.max(...namesOf(i).map((name) => likeness(pairs, name)))
    if (score < ALIKE || (best.length === most && score <= best.at(-1)!.score)) continue
    best.push({ i, score })
    best.sort((a, b) => b.score - a.score || a.i - b.i)
    best.length = Math.min(best.length, most)
  }
  return best.map(({ i }) => i)
}

function likeness(pairs: ReadonlySet<number>, name: string): number {
  let hits = 0
  for (let at = 0; at + 1 < name.length; at++) if (pairs.has(pairAt(name, at))) hits++
  // Even if all the name's pairs were shared ones: most names end here.
  if ((2 * hits) / (pairs.size + hits) < ALIKE) return 0
  const own = pairsOf(name)
  let shared = 0
  for (const pair of own) if (pairs.has(pair)) shared++
  return (2 * shared) / (pairs.size + own.size)
}

function pairsOf(text: string): Set<number> {
  const pairs = new Set<number>()
  for (let at = 0; at + 1 < text.length; at++) pairs.add(pairAt(text, at))
  return pairs
}

const pairAt = (text: string, at: number) => text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1)
