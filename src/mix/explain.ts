import type { Slate } from '../core/candidate.ts'
import type { DescribedListener } from '../core/described-listener.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import type { Mix, MixTrack } from '../core/mix.ts'
import type { Query } from '../core/query.ts'
import type { Track } from '../core/track.ts'
import { notesOn } from './notes.ts'
import { reason } from './reasons.ts'
import type { Recipe } from './recipe.ts'

/** Where explaining gets its facts. */
export interface ExplainFacts {
  readonly query: Query
  readonly recipe: Recipe
  readonly listener: DescribedListener
  readonly rules: DrawRules
  /** When the mix was drawn, ms since the epoch. */
  readonly at: number
  readonly modelVersion: number
  /** How many tracks there are that the listener does not know. */
  readonly unheard: number
  /** Sources that failed. */
  readonly failed: readonly string[]
  track(row: number): Track
  /** The loved track that a row is close to in sound, if any. */
  nearestLoved(row: number): number | undefined
  /** Names the draw of these tracks. */
  drawOf(trackIds: readonly number[]): string
}

/** Turns the drawn slate, in its order, into a mix with a reason made of facts on every track. */
export function explain(slate: Slate, facts: ExplainFacts): Mix {
  const { query, recipe, listener, rules, at, modelVersion, unheard, failed } = facts
  const tracks = explainTracks(slate, facts)
  const { n, novelty } = query
  const { artistGap } = rules
  const noted = { recipe, listener, slate, n, unheard, artistGap, failed }
  return {
    draw: facts.drawOf(tracks.map(({ track }) => track.id)),
    recipe: recipe.name,
    title: recipe.title,
    description: recipe.description,
    listener: query.listener,
    at,
    modelVersion,
    novelty: rules.novelty,
    tracks,
    notes: notesOn(novelty === undefined ? noted : { ...noted, novelty }),
  }
}

function explainTracks(slate: Slate, { recipe, listener, track, nearestLoved }: ExplainFacts): MixTrack[] {
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
        recipe: recipe.name,
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
