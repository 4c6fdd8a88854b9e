import { createReadStream } from 'node:fs'
import { type Interactions, interactions } from '../collaborative/interactions.ts'
import { FINISH } from '../core/labels.ts'
import { random } from '../core/random.ts'
import type { TasteData } from '../learn/taste-lesson.ts'
import { untold } from '../learn/taste-ranking.ts'
import type { Sequences } from '../taste/sequences.ts'
import { type PlaylistArchive, readPlaylistArchive } from './playlists-file.ts'
import { type RankingFile, readRankingFile } from './ranking-files.ts'

export type ColdFormat = 'rows' | 'adjacency' | 'playlists'

/** Who had what, in order where the file tells one. */
export interface ColdData extends TasteData {
  readonly file: string
  readonly sha256: string
  readonly rows: number
  /** Event → how much it counts. */
  readonly weight: Float32Array
  readonly ordered: boolean
  readonly notes: readonly string[]
}

const DAY = 86_400_000

/**
 * Reads rows or lines of who has what, or dated playlists, as sequences. Without times the order is random.
 * @throws DeepcutsError as `readRankingFile` and `readPlaylistArchive`
 */
export async function readColdData(path: string, format?: ColdFormat): Promise<ColdData> {
  const chosen = format ?? (await formatOf(path))
  return chosen === 'playlists'
    ? ofPlaylists(await readPlaylistArchive(path))
    : ofRows(await readRankingFile(path, chosen))
}

/** Playlists where the header names their columns, else rows; a file that cannot be read is for its reader to refuse. */
async function formatOf(path: string): Promise<ColdFormat> {
  let head = ''
  try {
    for await (const piece of createReadStream(path, { encoding: 'utf8', end: 1000 })) head += piece
  } catch {
    return 'rows'
  }
  const columns = head.split(/\r?\n/)[0]!
  return /\bplaylist_id\b/.test(columns) && /\badded\b/.test(columns) ? 'playlists' : 'rows'
}

function ofRows({ file, sha256, user, item, weight, time }: RankingFile): ColdData {
  const [users, items] = [numbered(user), numbered(item)]
  const ordered = time?.some((one) => one !== time[0]) ?? false
  const events = item.map((name, row) => ({
    user: users.get(user[row]!)!,
    item: items.get(name)!,
    weight: weight[row]!,
    at: ordered ? time![row]! : Number.NaN,
  }))
  const names = { items: [...items.keys()], artists: [''] }
  const content = untold(items.size)
  const built = sequenced(events, users.size, items.size, ordered, 0)
  return { file, sha256, rows: user.length, ordered, notes: [], content, names, ...built }
}

function ofPlaylists({ file, sha256, rows, log, content: told, notes }: PlaylistArchive): ColdData {
  const events = Array.from(log.track, (item, row) => ({
    user: log.playlist[row]!,
    item,
    weight: 1,
    at: log.added[row]! * DAY,
  }))
  const ordered = events.some(({ at }) => at !== events[0]!.at)
  const content = {
    ...untold(log.tracks),
    artist: Int32Array.from({ length: log.tracks }, (_, track) => {
      const [from, to] = [told.artistStarts[track]!, told.artistStarts[track + 1]!]
      return to > from ? told.artist[from]! + 1 : 0
    }),
  }
  const names = {
    items: Array.from({ length: log.tracks }, (_, track) => `track ${track}`),
    artists: ['', ...Array.from({ length: told.artists }, (_, artist) => `artist ${artist}`)],
  }
  const built = sequenced(events, log.playlists, log.tracks, ordered, 1)
  return { file, sha256, rows, ordered, notes, content, names, ...built }
}

interface Had {
  readonly user: number
  readonly item: number
  readonly weight: number
  readonly at: number
}

/** Sequences by user and time; what has the same time or none is in random order. */
function sequenced(events: readonly Had[], users: number, items: number, ordered: boolean, playlist: 0 | 1) {
  const order = random('order').shuffle(Array.from(events.keys()))
  order.sort((a, b) => events[a]!.user - events[b]!.user || (ordered ? events[a]!.at - events[b]!.at : 0))
  const offsets = new Int32Array(users + 1)
  for (const { user } of events) offsets[user + 1]!++
  for (let user = 0; user < users; user++) offsets[user + 1]! += offsets[user]!
  const sequences: Sequences = {
    items,
    offsets,
    item: Int32Array.from(order, (row) => events[row]!.item),
    outcome: new Int8Array(order.length).fill(FINISH),
    at: Float64Array.from(order, (row) => events[row]!.at),
    playlist: new Uint8Array(users).fill(playlist),
    owner: Int32Array.from({ length: users }, (_, user) => user),
  }
  return { sequences, weight: Float32Array.from(order, (row) => events[row]!.weight) }
}

function numbered(ids: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>()
  for (const id of ids) if (!numbers.has(id)) numbers.set(id, numbers.size)
  return numbers
}

/** Some events of a data set, a list of them a row, as the sequences and the matrix of those rows. */
export interface ColdRows {
  readonly sequences: Sequences
  readonly matrix: Interactions
}

/** Takes these events, in this order, as rows of their own. */
export function coldRows(
  { sequences, weight }: Pick<ColdData, 'sequences' | 'weight'>,
  rows: readonly (readonly number[])[],
  playlist: 0 | 1,
): ColdRows {
  const flat = rows.flat()
  const owner = rows.flatMap((events, row) => events.map(() => row))
  const offsets = new Int32Array(rows.length + 1)
  for (const [row, events] of rows.entries()) offsets[row + 1] = offsets[row]! + events.length
  const item = Int32Array.from(flat, (event) => sequences.item[event]!)
  return {
    sequences: {
      items: sequences.items,
      offsets,
      item,
      outcome: Int8Array.from(flat, (event) => sequences.outcome[event]!),
      at: Float64Array.from(flat, (event) => sequences.at[event]!),
      playlist: new Uint8Array(rows.length).fill(playlist),
      owner: Int32Array.from(rows, (_, row) => row),
    },
    matrix: interactions(
      { user: owner, item, weight: flat.map((event) => weight[event]!) },
      rows.length,
      sequences.items,
    ),
  }
}
