import { artist } from './artist.ts'
import { artistCircle } from './artist-circle.ts'
import { due } from './due.ts'
import { familiar } from './familiar.ts'
import { fresh } from './fresh.ts'
import { nearest } from './nearest.ts'
import { playlists } from './playlists.ts'
import { popular } from './popular.ts'
import { similar } from './similar.ts'
import type { Source } from './source.ts'
import { starters } from './starters.ts'

/** Every source there is, in the order in which they are asked. */
export const SOURCES: readonly Source[] = [
  familiar,
  due,
  nearest,
  similar,
  artist,
  artistCircle,
  playlists,
  popular,
  fresh,
  starters,
]
