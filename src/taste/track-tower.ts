import { add, concat, dense, dropout, gelu, type Tensor } from '../graph/index.ts'

/** What comes in of some tracks, each [..., something]; rows of tables that stay outside the graph have the width of the vectors. */
export interface TowerInputs {
  readonly features: Tensor
  readonly artist: Tensor
  /** The mean over the tags. */
  readonly tags: Tensor
  /** The track's own vector, zeros where it has none; absent where tracks have none. */
  readonly id?: Tensor
}

const HIDDEN = 128

/**
 * The vector of a track: artist + mean of tags + what a small network makes of features, artist and tags together (the content vector),
 * and its own. [..., width].
 */
export function trackTower({ features, artist, tags, id }: TowerInputs, rate: number): Tensor {
  const width = artist.shape.at(-1) as number
  const known = concat([features, artist, tags], -1)
  const hidden = dropout(gelu(dense(known, HIDDEN, 'tower.hidden')), rate, 'tower.dropout')
  const content = add(add(artist, tags), dense(hidden, width, 'tower.out'))
  return id ? add(content, id) : content
}
