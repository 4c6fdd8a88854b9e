import type { TrackRef } from '../core/track.ts'

/** Makes a reference of the parts that are known; undefined when neither an id nor a title is. */
export function trackRef(
  parts: {
    readonly [K in keyof TrackRef]: string | undefined
  },
): TrackRef | undefined {
  if (!parts.spotify && !parts.isrc && !parts.mbid && !parts.title) return undefined
  return {
    ...(parts.spotify && { spotify: parts.spotify }),
    ...(parts.isrc && { isrc: parts.isrc }),
    ...(parts.mbid && { mbid: parts.mbid }),
    ...(parts.title && { title: parts.title }),
    ...(parts.artist && { artist: parts.artist }),
    ...(parts.album && { album: parts.album }),
  }
}

/** Gives one object for one track however often it is played, so that a long history stays small in memory. */
export function sharedRefs(): (
  spotify: string,
  title: string,
  artist: string,
  album: string,
) => TrackRef | undefined {
  const known = new Map<string, TrackRef | undefined>()
  return (spotify, title, artist, album) => {
    const key = `${spotify}\u001f${title}\u001f${artist}\u001f${album}`
    if (known.has(key)) return known.get(key)
    const ref = trackRef({ spotify, title, artist, album, isrc: undefined, mbid: undefined })
    known.set(key, ref)
    return ref
  }
}

/** The names in a `spotify:local:artist:album:title:seconds` URI. */
export function localTrack(uri: string): TrackRef | undefined {
  const parts = uri.split(':')
  if (parts[0] !== 'spotify' || parts[1] !== 'local') return undefined
  const [artist, album, title] = parts.slice(2).map((part) => {
    try {
      return decodeURIComponent(part.replaceAll('+', ' ')).trim()
    } catch {
      return ''
    }
  })
  if (!artist || !title) return undefined
  return trackRef({ title, artist, album, spotify: undefined, isrc: undefined, mbid: undefined })
}
