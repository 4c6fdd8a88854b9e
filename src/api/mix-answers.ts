import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Mix, MixTrack } from '../core/mix.ts'
import type { Track } from '../core/track.ts'
import { jspf } from '../mix/jspf.ts'
import { linesOf, m3u8Of } from '../mix/m3u8.ts'
import { spreadsheetCsv } from '../mix/playlist-csv.ts'
import { xspf } from '../mix/xspf.ts'
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

/** Each format: its media type, how its file names end, and how it is written. */
const FORMATS = {
  xspf: { type: 'application/xspf+xml', ending: 'xspf', write: xspf.write },
  jspf: { type: 'application/jspf+json', ending: 'jspf', write: jspf.write },
  csv: { type: 'text/csv', ending: 'csv', write: spreadsheetCsv },
  m3u8: { type: 'application/vnd.apple.mpegurl', ending: 'm3u8', write: m3u8Of },
  text: { type: 'text/plain', ending: 'txt', write: linesOf },
} as const satisfies Record<Exclude<MixFormat, 'json'>, object>

/** Other names of the types. */
const ALSO: Readonly<Record<string, keyof typeof FORMATS>> = {
  'audio/x-mpegurl': 'm3u8',
  'audio/mpegurl': 'm3u8',
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
    const format = Object.entries(FORMATS).find((one) => one[1].type === type)?.[0] ?? ALSO[type]
    if (format) return format as MixFormat
  }
  return 'json'
}

/** Answers with a mix as a file of that format. */
export function sendFile(reply: FastifyReply, mix: Mix, format: Exclude<MixFormat, 'json'>): FastifyReply {
  const { type, ending, write } = FORMATS[format]
  return reply
    .type(`${type}; charset=utf-8`)
    .header('content-disposition', `attachment; filename="${mix.recipe.replace(/[^\w-]/g, '_')}.${ending}"`)
    .send(write(mix).text)
}
