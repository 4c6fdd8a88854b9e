/** What a listener has played in a closed loop: how often each track, and how lately. Days count from the first sitting. */
export interface Memory {
  readonly plays: Uint16Array
  /** Plays of a track, each weighted exp(−days since / `days`), for each of the spans that are kept. */
  recent(span: number, track: number, day: number): number
  add(track: number, day: number): void
  copy(): Memory
}

/** An empty memory. @param spans the spans in days */
export function remember(tracks: number, spans: readonly number[]): Memory {
  return memoryOf(
    new Uint16Array(tracks),
    new Float64Array(tracks),
    spans.map(() => new Float64Array(tracks)),
    spans,
  )
}

function memoryOf(
  plays: Uint16Array,
  last: Float64Array,
  sums: readonly Float64Array[],
  spans: readonly number[],
): Memory {
  return {
    plays,
    recent(span, track, day) {
      const sum = sums[span]![track]!
      return sum === 0 ? 0 : sum * Math.exp((last[track]! - day) / spans[span]!)
    },
    add(track, day) {
      for (let s = 0; s < spans.length; s++)
        sums[s]![track] = 1 + sums[s]![track]! * Math.exp((last[track]! - day) / spans[s]!)
      last[track] = day
      plays[track]!++
    },
    copy: () =>
      memoryOf(
        plays.slice(),
        last.slice(),
        sums.map((sum) => sum.slice()),
        spans,
      ),
  }
}
