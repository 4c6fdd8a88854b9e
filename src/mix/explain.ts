import type { Slate } from '../core/candidate.ts'
import type { DescribedListener } from '../core/described-listener.ts'
import type { MixTrack } from '../core/mix.ts'
import type { Track } from '../core/track.ts'
import { reason } from './reasons.ts'

/** Where explaining gets its facts. */
export interface ExplainFacts {
  readonly recipe: string
  readonly listener: DescribedListener
  track(row: number): Track
  /** The loved track that a row is close to in sound, if any. */
  nearestLoved(row: number): number | undefined
}

/** Turns the drawn slate, in its order, into tracks with a reason made of facts. */
export function explain(slate: Slate, { recipe, listener, track, nearestLoved }: ExplainFacts): MixTrack[] {
  return slate.tracks.map(({ candidate, propensity, explored }, i) => {
    const { row, artist, familiarity } = candidate
    const near = familiarity === 'new' ? nearestLoved(row) : undefined
    const loved = near === undefined ? undefined : { ...listener.trackHistory(near), ...namesOf(track(near)) }
    return {
      position: i + 1,
      track: track(row),
      familiarity,
      likability: candidate.likability,
      explored,
      propensity,
      sources: candidate.sources,
      reason: reason({
        recipe,
        explored,
        now: listener.at,
        track: listener.trackHistory(row),
        ...(artist > 0 ? { artist: listener.artistHistory(artist) } : {}),
        ...(loved ? { nearest: loved } : {}),
      }),
    }
  })
}

const namesOf = ({ title, artist }: Track) => ({ title, artist })
