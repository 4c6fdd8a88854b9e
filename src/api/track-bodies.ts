import type { FastifyRequest } from 'fastify'
import { DeepcutsError } from '../core/errors.ts'
import { spotifyId, type TrackFacts, type TrackRef } from '../core/track.ts'
import { numberedLines, trackRows } from '../index.ts'
import { StatedTrack } from '../schemas/tracks.ts'

/** A line of a body: a track and what is stated of it, or why it states nothing. */
export type StatedLine = { readonly line: number } & (
  | { readonly track: TrackRef; readonly facts: TrackFacts | undefined }
  | { readonly problem: string }
)

const LONGEST_LINE = 64 * 1024

/** Reads a body line by line as it comes. @throws REQUEST_INVALID where it is no text, or no table of tracks */
export async function* statedLines(
  request: FastifyRequest,
  bytes: AsyncIterable<Uint8Array>,
  now: number,
): AsyncGenerator<readonly StatedLine[]> {
  try {
    if (/^text\/csv\b/i.test(request.headers['content-type'] ?? '')) yield* trackRows(bytes, now)
    else yield* objectLines(request, bytes)
  } catch (error) {
    if (error instanceof DeepcutsError && /^(CSV_|FILE_)/.test(error.code))
      throw new DeepcutsError('REQUEST_INVALID', { problem: error.message.replace(/\.$/, '') })
    throw error
  }
}

async function* objectLines(
  request: FastifyRequest,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly StatedLine[]> {
  const isTrack = request.compileValidationSchema(StatedTrack)
  for await (const lines of numberedLines(bytes, LONGEST_LINE))
    yield lines.map(({ line, text }): StatedLine => {
      if (text === undefined) return { line, problem: `it is longer than ${LONGEST_LINE} characters` }
      const said = parsed(text)
      if (said === undefined) return { line, problem: 'it is no JSON' }
      if (!isTrack(said)) return { line, problem: `it is no track: ${wrongOf(isTrack.errors)}` }
      return { line, ...statementOf(said as StatedTrack) }
    })
}

function statementOf({
  spotify,
  isrc,
  mbid,
  durationMs,
  year,
  popularity,
  genres = [],
  features = {},
  ...names
}: StatedTrack): { track: TrackRef; facts: TrackFacts | undefined } | { problem: string } {
  const id = spotify === undefined ? undefined : spotifyId(spotify)
  if (spotify !== undefined && id === undefined) return { problem: 'its spotify is no Spotify track' }
  if (!id && !isrc && !mbid && !names.title?.trim())
    return { problem: 'it needs one of spotify, isrc, mbid and title' }
  const audio = { ...features, ...(durationMs !== undefined && { duration_ms: durationMs }) }
  const kinds = [...new Set(genres.map((genre) => genre.trim().toLowerCase()).filter(Boolean))]
  const facts = {
    ...(Object.keys(audio).length > 0 && { audio }),
    ...(year !== undefined && { year }),
    ...(popularity !== undefined && { popularity }),
    ...(kinds.length > 0 && { genres: kinds }),
  }
  return {
    track: {
      ...(id && { spotify: id }),
      ...(isrc && { isrc: isrc.toUpperCase() }),
      ...(mbid && { mbid: mbid.toLowerCase() }),
      ...names,
    },
    facts: Object.keys(facts).length > 0 ? { source: 'spotify', ...facts } : undefined,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function wrongOf(errors: readonly { instancePath?: string; message?: string }[] | null | undefined): string {
  const [first] = errors ?? []
  return `${first?.instancePath ?? ''} ${first?.message ?? 'it has another shape'}`.trim()
}
