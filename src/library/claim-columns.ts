import { AUDIO_FEATURES, type TrackFacts, type TrackRef } from '../core/track.ts'
import type { WriteTo } from '../store/store.ts'

/** Collects what one import says about each name; the first spelling and every feature that is told count. */
export interface ClaimColumns {
  /** @param name its number in this import */
  add(name: number, ref: TrackRef, facts?: TrackFacts): void
  /** The rows of import `id`, whose names have these identifiers. */
  write(id: number, identifierOf: Int32Array): Extract<WriteTo<'claims'>, { insert: 'claims' }>
}

interface Claim {
  readonly ref: TrackRef
  readonly facts: TrackFacts | undefined
}

/** A collector for one import. One claim a name; where rows of one file disagree, later rows add genres and fill gaps. */
export function claimColumns(): ClaimColumns {
  const claims = new Map<number, Claim>()
  return {
    add(name, ref, facts) {
      const known = claims.get(name)
      if (!known) claims.set(name, { ref, facts })
      else if (facts) claims.set(name, { ref: { ...ref, ...known.ref }, facts: merge(known.facts, facts) })
    },
    write(id, identifierOf) {
      const rows = [...claims.values()]
      const number = (value: (facts: TrackFacts) => number | undefined) => {
        const column = new Float32Array(rows.length).fill(Number.NaN)
        rows.forEach(({ facts }, i) => {
          if (facts) column[i] = value(facts) ?? Number.NaN
        })
        return column
      }
      const text = (value: (c: Claim) => string | undefined) => rows.map((claim) => value(claim) ?? '')
      const audio = Object.fromEntries(
        AUDIO_FEATURES.map((name) => [name, number((facts) => facts.audio?.[name])]),
      ) as Record<(typeof AUDIO_FEATURES)[number], Float32Array>
      return {
        insert: 'claims',
        columns: {
          import: new Int32Array(rows.length).fill(id),
          identifier: Int32Array.from(claims.keys(), (name) => identifierOf[name]!),
          isrc: text(({ ref }) => ref.isrc),
          mbid: text(({ ref }) => ref.mbid),
          title: text(({ ref }) => ref.title),
          artist: text(({ ref }) => ref.artist),
          album: text(({ ref }) => ref.album),
          source: text(({ facts }) => facts?.source),
          genres: text(({ facts }) => facts?.genres?.join('; ')),
          year: number((facts) => facts.year),
          popularity: number((facts) => facts.popularity),
          ...audio,
        },
      }
    },
  }
}

function merge(a: TrackFacts | undefined, b: TrackFacts): TrackFacts {
  if (!a) return b
  const genres = [...new Set([...(a.genres ?? []), ...(b.genres ?? [])])]
  return {
    ...b,
    ...a,
    ...(a.audio || b.audio ? { audio: { ...b.audio, ...a.audio } } : {}),
    ...(genres.length ? { genres } : {}),
  }
}
