import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Mix, MixTrack } from '../core/mix.ts'
import type { Track } from '../core/track.ts'
import { type MixFileKind, mixFile, mixFileKind } from '../index.ts'
import type { MixFormat } from '../schemas/mixes.ts'

/** A mix as an answer has it. */
export function shownMix(mix: Mix, degraded: readonly string[]) {
  return {
    ...mix,
    tracks: mix.tracks.map(({ sources, track, likability, uncertainty, probabilities, ...rest }) => ({
      ...rest,
      likability: rounded(likability),
      uncertainty: rounded(uncertainty ?? 0),
      probabilities: roundedAll(probabilities ?? { finish: likability }),
      track: track as Track,
      sources: [...sources],
    })),
    notes: [...mix.notes],
    degraded: [...new Set(degraded)],
  }
}

/** Digits that mean something: none of the model's probabilities is known closer. */
function rounded(probability: number): number {
  return Math.round(probability * 1e4) / 1e4
}

function roundedAll({ finish, ...others }: NonNullable<MixTrack['probabilities']>) {
  const more = Object.entries(others).map(([label, p]) => [label, rounded(p)])
  return { finish: rounded(finish), ...(Object.fromEntries(more) as Partial<typeof others>) }
}

/** Answers with JSON that is encoded already. */
export function sendJson(reply: FastifyReply, encoded: Buffer): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(encoded)
}

/** In which format a mix is asked for: that of the address, else the first that is accepted, else JSON. */
export function formatOf(
  { headers: { accept = '' } }: Pick<FastifyRequest, 'headers'>,
  asked: MixFormat | undefined,
): MixFormat {
  if (asked) return asked
  for (const range of accept.split(',')) {
    const type = range.split(';')[0]!.trim().toLowerCase()
    if (type === 'application/json' || type.endsWith('/*')) return 'json'
    const kind = mixFileKind(type)
    if (kind) return kind
  }
  return 'json'
}

/** Answers with a mix as a file of that kind. */
export function sendFile(reply: FastifyReply, mix: Mix, kind: MixFileKind): FastifyReply {
  const { name, type, text } = mixFile(mix, kind)
  return reply
    .type(`${type}; charset=utf-8`)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(text)
}
