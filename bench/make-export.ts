import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import yazl from 'yazl'
import { random } from '../src/core/random.ts'
import { AUDIO_FEATURES } from '../src/core/track.ts'
import { makeWorld, type World } from '../src/world/world.ts'

const DAY = 86_400_000
const UNTIL = Date.UTC(2026, 10, 1)
const PLAYS_PER_YEAR = 23_000
const PLAYS_PER_SITTING = 12
const FOLDER = 'Spotify Extended Streaming History'
const PODCASTS = 0.02
const DAMAGED = 0.002

/** What to put into an invented export. */
export interface ExportOptions {
  readonly path: string
  readonly rows: number
  /** Real exports hold 15,500 to 16,000 rows a file. */
  readonly rowsPerFile?: number
  /** Tracks to listen to; a wide listener hears about one new track in twenty plays. */
  readonly tracks?: number
  readonly seed?: number
}

/**
 * Writes a zip as Spotify's extended streaming history is: the 23 current keys, files of 16,000 rows named by their
 * years, some podcasts and damaged rows. Everything in it is invented; the same options give the same bytes.
 */
export async function makeExport(options: ExportOptions): Promise<{ readonly music: number }> {
  const { path, rows, rowsPerFile = 16_000, seed = 1 } = options
  const world = makeWorld({ seed, tracks: options.tracks ?? Math.max(300, Math.ceil(rows / 20)), now: UNTIL })
  const zip = new yazl.ZipFile()
  const written = pipeline(zip.outputStream, createWriteStream(path))
  const entry = { mtime: new Date(UNTIL), mode: 0o100644, compressionLevel: 4 }
  let music = 0
  let file: object[] = []
  let count = 0
  const close = () => {
    if (file.length === 0) return
    const [first, last] = [yearOf(file[0]!), yearOf(file.at(-1)!)]
    const name = `Streaming_History_Audio_${first === last ? first : `${first}-${last}`}_${count++}.json`
    zip.addBuffer(Buffer.from(JSON.stringify(file, null, 2)), `${FOLDER}/${name}`, entry)
    file = []
  }
  for (const row of exportRows(world, rows, seed)) {
    if (row.spotify_track_uri !== null) music++
    file.push(row)
    if (file.length === rowsPerFile) close()
  }
  close()
  zip.addBuffer(Buffer.from('%PDF-1.4\n%%EOF\n'), `${FOLDER}/ReadMeFirst_ExtendedStreamingHistory.pdf`, entry)
  zip.end()
  await written
  return { music }
}

/** Writes a catalog CSV of the same world as `makeExport` with this seed and number of tracks: id, name, artist and the 13 features. */
export async function makeCatalogCsv(path: string, tracks: number, seed = 1): Promise<void> {
  const world = makeWorld({ seed, tracks, now: UNTIL })
  const lines = [['track_id', 'name', 'artist', ...AUDIO_FEATURES].join(',')]
  for (const { ref, facts } of world.tracks) {
    const audio = AUDIO_FEATURES.map((feature) => facts.audio?.[feature] ?? '')
    lines.push([ref.spotify, ref.title, ref.artist, ...audio].join(','))
  }
  await writeFile(path, `${lines.join('\n')}\n`)
}

interface ExportRow {
  readonly ts: string
  readonly spotify_track_uri: string | null
  readonly [key: string]: unknown
}

/** The rows, oldest first: sittings of a dozen plays spread evenly over the years, favourites far more often than the rest. */
function* exportRows(world: World, rows: number, seed: number): Iterable<ExportRow> {
  const draw = random(`export/${seed}`)
  const favourites = draw.shuffle(world.tracks.map((_, row) => row))
  const plays = new Int32Array(world.tracks.length)
  const slot = (365 * DAY * PLAYS_PER_SITTING) / PLAYS_PER_YEAR
  const from = UNTIL - Math.ceil(rows / PLAYS_PER_SITTING) * slot
  let clock = from
  let reasonStart = 'clickrow'
  let sitting = { impatience: 0, shuffle: false, offline: false, platform: 'android', ip: '192.0.2.1' }
  for (let i = 0; i < rows; i++) {
    if (i % PLAYS_PER_SITTING === 0) {
      clock = Math.max(clock, from + (i / PLAYS_PER_SITTING) * slot + draw.int(slot / 4))
      reasonStart = 'clickrow'
      sitting = {
        impatience: 0.7 * draw.normal(),
        shuffle: draw.next() < 0.35,
        offline: draw.next() < 0.1,
        platform: ['android', 'ios', 'windows', 'osx'][draw.pick([5, 3, 2, 1])]!,
        ip: `192.0.2.${1 + draw.int(254)}`,
      }
    }
    const row = favourites[Math.floor(favourites.length * draw.next() ** 2.2)]!
    const track = world.tracks[row]!
    const moment = { at: clock, plays: plays[row]!++, recentPlays: 0, impatience: sitting.impatience }
    const finished = draw.next() < world.finishProbability(0, row, moment)
    const heard = finished
      ? track.durationMs
      : Math.min(0.85 * track.durationMs, -25_000 * Math.log(1 - draw.next()))
    const lost = (i + 1) % PLAYS_PER_SITTING === 0 && draw.next() < 0.3
    const reasonEnd = lost ? 'logout' : finished ? 'trackdone' : draw.next() < 0.85 ? 'fwdbtn' : 'endplay'
    const started = clock
    clock += Math.round(heard)
    const kind = draw.next() < PODCASTS ? 'podcast' : draw.next() < DAMAGED ? 'damaged' : 'music'
    const music = kind === 'music'
    yield {
      ts: `${new Date(clock).toISOString().slice(0, 19)}Z`,
      platform: sitting.platform,
      ms_played: Math.round(heard),
      conn_country: 'ZZ',
      ip_addr: sitting.ip,
      master_metadata_track_name: music ? track.ref.title : null,
      master_metadata_album_artist_name: music ? track.ref.artist : null,
      master_metadata_album_album_name: music ? track.ref.album : null,
      spotify_track_uri: music ? `spotify:track:${track.ref.spotify}` : null,
      episode_name: kind === 'podcast' ? `Episode ${i}` : null,
      episode_show_name: kind === 'podcast' ? `${track.ref.artist} talks` : null,
      spotify_episode_uri: kind === 'podcast' ? `spotify:episode:${track.ref.spotify}` : null,
      audiobook_title: null,
      audiobook_uri: null,
      audiobook_chapter_uri: null,
      audiobook_chapter_title: null,
      reason_start: reasonStart,
      reason_end: reasonEnd,
      shuffle: sitting.shuffle,
      skipped: !finished && !lost,
      offline: sitting.offline,
      offline_timestamp: sitting.offline ? Math.floor(started / 1000) : null,
      incognito_mode: false,
    }
    reasonStart = reasonEnd === 'endplay' ? 'clickrow' : reasonEnd
    clock += draw.int(3000)
  }
}

function yearOf(row: object): string {
  return (row as ExportRow).ts.slice(0, 4)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rows: { type: 'string', default: '230000' }, seed: { type: 'string', default: '1' } },
  })
  const [path] = positionals
  if (path === undefined) {
    console.error('npx tsx bench/make-export.ts FILE.zip [--rows 230000] [--seed 1]')
    process.exit(2)
  }
  const { music } = await makeExport({ path, rows: Number(values.rows), seed: Number(values.seed) })
  console.log(`${path}: ${values.rows} rows, ${music} of them music`)
}
