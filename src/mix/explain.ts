import type { Slate } from '../core/candidate.ts'
import type { DescribedListener } from '../core/described-listener.ts'
import type { DrawRules } from '../core/draw-rules.ts'
import type { Mix, MixTrack } from '../core/mix.ts'
import type { Query, Seeds } from '../core/query.ts'
import type { Track } from '../core/track.ts'
import { cornerNames, type TrackCharacter } from './corner-names.ts'
import { type KinshipFacts, kinshipReason } from './kinship-words.ts'
import { notesOn } from './notes.ts'
import { oneLine } from './one-line.ts'
import { reason } from './reasons.ts'
import { descriptionFor, type Recipe } from './recipe.ts'

/** Where explaining gets its facts. */
export interface ExplainFacts {
  readonly query: Query
  readonly recipe: Recipe
  readonly listener: DescribedListener
  readonly rules: DrawRules
  /** When the mix was drawn, ms since the epoch. */
  readonly at: number
  readonly modelVersion: number
  /** Whether a trained model scored it. */
  readonly trained: boolean
  /** How many tracks there are that the listener does not know. */
  readonly unheard: number
  /** Sources that failed. */
  readonly failed: readonly string[]
  track(row: number): Track
  /** The artist of a row, 0 where nobody is named. */
  artistOf(row: number): number
  /** The loved track that a row is close to in sound, if any. */
  nearestLoved(row: number): number | undefined
  /** Where the mix starts, if not from what the listener loves, and what may be told of a row there. */
  readonly start?: { readonly seeds: Seeds; facts(row: number): KinshipFacts }
  /** What a corner of the taste can be named by. */
  characterOf(row: number): TrackCharacter
  /** What else the sources know of a row that they proposed; rows and artists are those of the catalog. */
  evidence?(row: number, sources: readonly string[]): EvidenceRows
  /** Names the draw of these tracks. */
  drawOf(trackIds: readonly number[]): string
}

/** What sources know of a row, by rows and artists. */
export interface EvidenceRows {
  readonly beside?: { readonly row: number; readonly playlists: number }
  readonly nearArtist?: number
  readonly lately: boolean
}

/** Turns the drawn slate, in its order, into a mix with a reason made of facts on every track. */
export function explain(slate: Slate, facts: ExplainFacts): Mix {
  const { query, recipe, listener, rules, at, modelVersion, trained, unheard, failed } = facts
  const tracks = explainTracks(slate, facts)
  const { n, novelty } = query
  const { artistGap } = rules
  const names = tracks.map(({ track }) => track)
  const noted = { recipe, listener, slate, n, unheard, artistGap, failed, trained, tracks: names }
  return {
    draw: facts.drawOf(tracks.map(({ track }) => track.id)),
    recipe: recipe.name,
    title: facts.start ? titleFrom(recipe, facts.start.seeds) : titleOf(facts),
    description: descriptionFor(recipe, listener),
    listener: query.listener,
    at,
    modelVersion,
    novelty: rules.novelty,
    tracks,
    notes: notesOn(typeof novelty === 'number' ? { ...noted, novelty } : noted),
  }
}

/** Names come from files: a title is one line, and not longer than people read. */
function titleFrom({ title, startsFrom }: Recipe, seeds: Seeds): string {
  const name = oneLine(seeds.title, LONGEST_NAME)
  return startsFrom === 'playlist' ? `${title} for ${name}` : `${title}: ${name}`
}

const LONGEST_NAME = 100

/** The title of the recipe, behind it what its corner of the taste is called. */
function titleOf({ recipe: { title, cluster }, listener, characterOf }: ExplainFacts): string {
  if (cluster === undefined) return title
  const name = cornerNames(listener.loved, listener.clusters, characterOf)[cluster]
  return name ? `${title}: ${name}` : title
}

function explainTracks(
  slate: Slate,
  { recipe, listener, track, artistOf, nearestLoved, start, evidence }: ExplainFacts,
): MixTrack[] {
  const lovedOf = (row: number) => {
    const artist = artistOf(row)
    const by = artist === 0 ? undefined : listener.loved.find((one) => artistOf(one.row) === artist)
    return by && { lovedOfArtist: { ...listener.trackHistory(by.row), ...namesOf(track(by.row)) } }
  }
  return slate.tracks.map(({ candidate, propensity, explored }, i) => {
    const { row, artist, familiarity } = candidate
    const near = familiarity === 'new' ? nearestLoved(row) : undefined
    const loved = near === undefined ? undefined : { ...listener.trackHistory(near), ...namesOf(track(near)) }
    const { beside, nearArtist, lately } = evidence?.(row, candidate.sources) ?? { lately: false }
    const usual = reason({
      lately,
      ...(beside && {
        beside: {
          ...listener.trackHistory(beside.row),
          ...namesOf(track(beside.row)),
          playlists: beside.playlists,
        },
      }),
      ...(nearArtist === undefined ? {} : { nearArtist: listener.artistHistory(nearArtist).name }),
      recipe: recipe.name,
      explored,
      now: listener.at,
      track: listener.trackHistory(row),
      ...(artist > 0 ? { artist: listener.artistHistory(artist) } : {}),
      ...(loved ? { nearest: loved } : {}),
      ...(familiarity === 'new' && !loved && !beside && lovedOf(row)),
    })
    return {
      position: i + 1,
      track: track(row),
      familiarity,
      likability: candidate.likability,
      ...candidate.beliefs?.(),
      explored,
      propensity,
      sources: candidate.sources,
      reason: start ? kinshipReason(start.facts(row), familiarity, explored, usual) : usual,
    }
  })
}

const namesOf = ({ title, artist }: Track) => ({ title, artist })
