/** What a track has to do with the tracks that a mix starts from. Shares are 0…1; what is not known is absent. */
export interface Kinship {
  /** The seed that it has most to do with: a row of the catalog. */
  readonly seed: number
  /** Mean squared difference in standard deviations to that of the seeds closest in sound. */
  readonly sound?: number
  /** How much of the seeds is by its artist: 0 for none, from ½ on for some, 1 for a third or more. */
  readonly artist: number
  /** How like its artist is to those of the seeds, by sound and tags. */
  readonly like: number
  /** The seeds' artist that it is most like: an artist of the catalog; absent where `like` is 0 or the artist is the seeds'. */
  readonly likeArtist?: number
  /** Cosine of its tags with those of the seeds. */
  readonly tags?: number
  /** Playlists that hold it and a seed: those of catalogs, and the listener's own. */
  readonly publicPlaylists: number
  readonly ownPlaylists: number
  /** How often it shares a playlist with seeds, as a cosine; absent where the seeds are on none. */
  readonly together?: number
  /** The same of its artist. */
  readonly artistTogether?: number
  /** Years between it and the median of the seeds. */
  readonly years?: number
}
