import { DeepcutsError } from '../core/errors.ts'
import { idsIn, type PlaylistFormat, urisOf } from './playlist.ts'

/**
 * One `spotify:track:…` a line, to be pasted into an empty playlist of Spotify's desktop app. Tracks that Spotify's id is not
 * known of are left out. Links to open.spotify.com are read too; blank lines and lines that begin with # are skipped.
 */
export const spotifyUris: PlaylistFormat = {
  name: 'Spotify URIs',
  ending: '.txt',
  write(mix) {
    const uris = mix.tracks.flatMap(({ track }) => urisOf(track).locations)
    return {
      text: uris.map((uri) => `${uri}\n`).join(''),
      leftOut: mix.tracks.filter(({ track }) => !track.spotify).map(({ track }) => track),
    }
  },
  read(text) {
    return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
      if (line.trim() === '' || line.startsWith('#')) return []
      const entry = idsIn([line.replace(/^\uFEFF/, '')])
      if (entry.spotify) return [entry]
      throw new DeepcutsError('NOT_A_PLAYLIST', {
        format: 'Spotify URIs',
        problem: `line ${index + 1} is neither spotify:track:… nor a link to a track on open.spotify.com`,
      })
    })
  },
}
