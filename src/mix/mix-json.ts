import { DeepcutsError } from '../core/errors.ts'
import { at, given, type PlaylistFormat, texts } from './playlist.ts'

/** The whole mix as JSON, as `deepcuts mix --json` prints it. */
export const mixJson: PlaylistFormat = {
  name: 'JSON',
  ending: '.json',
  write: (mix) => ({ text: `${JSON.stringify(mix, null, 2)}\n`, leftOut: [] }),
  read(text) {
    const tracks = at(parse(text), 'tracks')
    if (!Array.isArray(tracks)) throw notJson('it has no list "tracks"')
    return tracks.map((one: unknown) => {
      const track = at(one, 'track')
      const name = (key: string) => texts(at(track, key))[0]
      const duration = at(track, 'durationMs')
      return given({
        title: name('title'),
        artist: name('artist'),
        album: name('album'),
        spotify: name('spotify'),
        isrc: name('isrc'),
        mbid: name('mbid'),
        durationMs: typeof duration === 'number' ? duration : undefined,
        reason: texts(at(at(one, 'reason'), 'text'))[0],
      })
    })
  },
  title: (text) => texts(at(parse(text), 'title'))[0],
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson(error instanceof Error ? error.message : 'it cannot be parsed')
  }
}

function notJson(problem: string): DeepcutsError {
  return new DeepcutsError('NOT_A_PLAYLIST', { format: 'JSON', problem })
}
