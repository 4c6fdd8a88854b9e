import { DeepcutsError } from '../core/errors.ts'
import { at, clean, given, idsIn, type PlaylistFormat, texts, urisOf } from './playlist.ts'

const PLAYLIST = 'https://musicbrainz.org/doc/jspf#playlist'
const TRACK = 'https://musicbrainz.org/doc/jspf#track'

/** JSPF with the MusicBrainz extension, as ListenBrainz takes it (`identifier` was a single text before 2024: both are read). The explanation is in a track's additional_metadata. */
export const jspf: PlaylistFormat = {
  name: 'JSPF',
  ending: '.jspf',
  write(mix) {
    const date = new Date(mix.at).toISOString()
    const track = mix.tracks.map((one) => {
      const { locations, identifiers } = urisOf(one.track)
      const { title, artist, album, durationMs, isrc } = one.track
      return {
        identifier: identifiers.filter((uri) => uri.startsWith('https:')),
        location: locations,
        title: clean(title),
        creator: clean(artist),
        ...given({
          album: clean(album),
          duration: durationMs === undefined ? undefined : Math.round(durationMs),
        }),
        annotation: clean(one.reason.text),
        extension: {
          [TRACK]: {
            added_by: 'deepcuts',
            added_at: date,
            additional_metadata: {
              ...given({ isrc }),
              explanation: { kind: one.reason.kind, text: clean(one.reason.text) },
              likability: one.likability,
              familiarity: one.familiarity,
              explored: one.explored,
              propensity: one.propensity,
              sources: one.sources,
            },
          },
        },
      }
    })
    const playlist = {
      title: clean(mix.title),
      creator: 'deepcuts',
      annotation: clean([mix.description, ...mix.notes].join('\n')),
      date,
      extension: {
        [PLAYLIST]: {
          public: false,
          creator: 'deepcuts',
          additional_metadata: { algorithm_metadata: { source_patch: mix.recipe } },
        },
      },
      track,
    }
    return { text: `${JSON.stringify({ playlist }, null, 2)}\n`, leftOut: [] }
  },
  read(text) {
    const tracks = at(at(parse(text), 'playlist'), 'track')
    if (!Array.isArray(tracks)) throw notJspf('it has no "playlist" with a list "track"')
    return tracks.map((track: unknown) => {
      const extra = at(at(at(track, 'extension'), TRACK), 'additional_metadata')
      const duration = at(track, 'duration')
      return {
        ...given({ isrc: texts(at(extra, 'isrc'))[0] }),
        ...idsIn([...texts(at(track, 'identifier')), ...texts(at(track, 'location'))]),
        ...given({
          title: texts(at(track, 'title'))[0],
          artist: texts(at(track, 'creator'))[0],
          album: texts(at(track, 'album'))[0],
          durationMs: typeof duration === 'number' ? duration : undefined,
          reason: texts(at(at(extra, 'explanation'), 'text'))[0],
        }),
      }
    })
  },
  title: (text) => texts(at(at(parse(text), 'playlist'), 'title'))[0],
}

/** @throws DeepcutsError NOT_A_PLAYLIST */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJspf(error instanceof Error ? error.message : 'it is not JSON')
  }
}

function notJspf(problem: string): DeepcutsError {
  return new DeepcutsError('NOT_A_PLAYLIST', { format: 'JSPF', problem })
}
