import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'
import { DeepcutsError } from '../core/errors.ts'
import { at, clean, given, idsIn, type PlaylistFormat, texts, urisOf } from './playlist.ts'

const LISTS = new Set(['track', 'location', 'identifier'])
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: false })
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  htmlEntities: true,
  isArray: (name) => LISTS.has(name),
})

/** XSPF version 1 (xspf.org/spec): a track's annotation is its reason. */
export const xspf: PlaylistFormat = {
  name: 'XSPF',
  ending: '.xspf',
  write(mix) {
    const tracks = mix.tracks.map(({ track, reason }) => {
      const { locations, identifiers } = urisOf(track)
      return {
        location: locations.map(clean),
        identifier: identifiers.map(clean),
        title: clean(track.title),
        creator: clean(track.artist),
        annotation: clean(reason.text),
        ...given({ album: clean(track.album), duration: whole(track.durationMs) }),
      }
    })
    const playlist = {
      '@version': '1',
      '@xmlns': 'http://xspf.org/ns/0/',
      title: clean(mix.title),
      creator: 'deepcuts',
      annotation: clean([mix.description, ...mix.notes].join('\n')),
      date: new Date(mix.at).toISOString(),
      trackList: { track: tracks },
    }
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ playlist })}\n`
    return { text, leftOut: [] }
  },
  read(text) {
    const valid = XMLValidator.validate(text)
    if (valid !== true) throw notXspf(`line ${valid.err.line}: ${valid.err.msg}`)
    const list: unknown = at(at(parser.parse(text), 'playlist'), 'trackList')
    if (list === undefined) throw notXspf('it has no trackList')
    const tracks = at(list, 'track')
    return (Array.isArray(tracks) ? tracks : []).map((track: unknown) => ({
      ...idsIn([...texts(at(track, 'location')), ...texts(at(track, 'identifier'))]),
      ...given({
        title: texts(at(track, 'title'))[0],
        artist: texts(at(track, 'creator'))[0],
        album: texts(at(track, 'album'))[0],
        durationMs: Number(texts(at(track, 'duration'))[0] || Number.NaN),
        reason: texts(at(track, 'annotation'))[0],
      }),
    }))
  },
  title: (text) => texts(at(at(parser.parse(text), 'playlist'), 'title'))[0],
}

function whole(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value)
}

function notXspf(problem: string): DeepcutsError {
  return new DeepcutsError('NOT_A_PLAYLIST', { format: 'XSPF', problem })
}
