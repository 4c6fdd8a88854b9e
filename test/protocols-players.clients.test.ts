import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type Engine, openEngine } from '../src/engine.ts'
import type { App } from '../src/http/routes.ts'
import type { Protocol } from '../src/index.ts'
import { createApp } from '../src/server/app.ts'
import { askListenBrainz } from './suites/players.ts'
import { askMpd, missing, playersFolder, putFile, type Running, start, wavOf } from './suites/real-players.ts'

/** The shortest songs that clients tell at all are longer than 30 s, and are told when half of them was heard. */
const SECONDS = 32
const HEARD_MS = 17_500
const ARTIST = 'The Harbour'
const SONGS = ['Low Tide', 'Schöne Küste', 'Third Pier'] as const

const folder = playersFolder()
const running: Running[] = []
let engine: Engine
let app: App
/** Name and port, without a scheme. */
let place: string
let music: string

beforeAll(async () => {
  music = join(folder.path, 'music')
  SONGS.forEach((title, i) => {
    putFile(join(music, `${i + 1}.wav`), wavOf(SECONDS, { title, artist: ARTIST, album: 'Pier' }))
  })
  engine = await openEngine({ data: join(folder.path, 'data'), now: Date.now, timeZone: 'UTC' })
  app = (await createApp({ engine })).app
  place = new URL(await app.listen({ host: '127.0.0.1', port: 0 })).host
})
afterAll(async () => {
  await Promise.all(running.map((one) => one.end()))
  await app.close()
  await engine.close()
  folder.remove()
})

/** A new listener with a token for one player. */
async function somebody(name: string, protocol: Protocol): Promise<string> {
  const { id } = await engine.library.listeners.create(name)
  return (await engine.tokens.create(id, 'a real player', protocol)).secret
}

interface Told {
  readonly track_metadata: {
    readonly artist_name: string
    readonly track_name: string
    readonly release_name: string
  }
}

const looking = new Map<string, Promise<string>>()

/** The token with which a listener's listens are looked at. */
function lookingAt(name: string): Promise<string> {
  const made = async () => {
    const { id } = await engine.listener(name)
    return (await engine.tokens.create(id, 'who looks', 'listenbrainz')).secret
  }
  const token = looking.get(name) ?? made()
  looking.set(name, token)
  return token
}

/** What a listener's listens say, the oldest first. */
async function listensOf(
  name: string,
): Promise<readonly (readonly [artist: string, title: string, album: string])[]> {
  const { body } = await askListenBrainz(app, await lookingAt(name), 'GET', `/user/${name}/listens`)
  const { listens } = (body as { payload: { listens: readonly Told[] } }).payload
  return listens
    .map(
      ({ track_metadata: { artist_name, track_name, release_name } }) =>
        [artist_name, track_name, release_name] as const,
    )
    .toReversed()
}

const heard = (...titles: readonly string[]) => titles.map((title) => [ARTIST, title, 'Pier'])
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const named = (what: string, reason: string | undefined) => (reason ? `${what} (left out: ${reason})` : what)

/** Runs a program of Python that is given the address and a token; fails with what it said. */
function python(
  program: string,
  interpreter: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const script = start(interpreter, ['-c', program], { env: { ...env, PLACE: place } })
  return script.ended().then((status) => {
    if (status !== 0) throw new Error(script.said())
    return script.said()
  })
}

const noMpd = missing('mpd', 'mpdscribble')
const noVlc = missing('vlc')
const QUOD_LIBET = '/usr/lib/python3/dist-packages/quodlibet/plugins/listenbrainz/listenbrainz.py'
const noQuodLibet = missing('python3') ?? (existsSync(QUOD_LIBET) ? undefined : 'quodlibet not installed')
const PYTHON = process.env.CLIENTS_PYTHON ?? 'python3'
const hasLibrary = !missing(PYTHON) && spawnSync(PYTHON, ['-c', 'import liblistenbrainz']).status === 0
const noLibrary = hasLibrary ? undefined : 'pip install liblistenbrainz'

describe.concurrent('real players', () => {
  it.skipIf(noMpd)(named('mpd with mpdscribble tells what was heard for half', noMpd), async ({ expect }) => {
    const password = await somebody('ada', 'audioscrobbler')
    const state = join(folder.path, 'mpd')
    const socket = join(state, 'socket')
    mkdirSync(state)
    const conf = putFile(
      join(state, 'mpd.conf'),
      [
        ...[`music_directory "${music}"`, `playlist_directory "${state}"`, `db_file "${join(state, 'db')}"`],
        ...[`state_file "${join(state, 'state')}"`, `bind_to_address "${socket}"`],
        'audio_output {\n type "null"\n name "silence"\n}\n',
      ].join('\n'),
    )
    const mpd = start('mpd', ['--no-daemon', '--stderr', conf])
    running.push(mpd)
    await expect.poll(() => existsSync(socket), { timeout: 20_000 }).toBe(true)
    await askMpd(socket, 'update')
    await expect.poll(() => askMpd(socket, 'listall'), { timeout: 20_000 }).toContain('3.wav')
    const log = join(state, 'mpdscribble.conf')
    const section = `[deepcuts]\nurl = http://${place}/\nusername = ada\npassword = ${password}\njournal = ${join(state, 'journal')}\n`
    putFile(log, `log = -\nverbose = 2\nhost = ${socket}\n${section}`)
    const scribbler = start('mpdscribble', ['--no-daemon', '--conf', log])
    running.push(scribbler)
    await expect.poll(() => scribbler.said(), { timeout: 20_000 }).toContain('session:')
    await askMpd(socket, 'add "1.wav"', 'add "2.wav"', 'add "3.wav"', 'play 0')
    await pause(HEARD_MS)
    await askMpd(socket, 'next')
    // Too short: it is not told.
    await pause(4000)
    await askMpd(socket, 'next')
    await pause(HEARD_MS)
    await askMpd(socket, 'stop')
    await expect
      .poll(() => listensOf('ada'), { timeout: 60_000, interval: 1000, message: scribbler.said() })
      .toEqual(heard(SONGS[0], SONGS[2]))
  })

  it.skipIf(noVlc)(named('VLC tells what was heard for half', noVlc), async ({ expect }) => {
    const password = await somebody('bo', 'audioscrobbler')
    const home = join(folder.path, 'vlc')
    mkdirSync(home)
    if (folder.as.uid !== undefined) chownSync(home, folder.as.uid, folder.as.uid)
    const vlc = start(
      'vlc',
      [
        ...[
          '-I',
          'dummy',
          '--no-video',
          '--aout',
          'adummy',
          '--run-time',
          String(Math.ceil(HEARD_MS / 1000)),
        ],
        ...['--control', 'audioscrobbler', '--scrobbler-url', place],
        ...['--lastfm-username', 'bo', '--lastfm-password', password],
        ...[1, 2].map((n) => join(music, `${n}.wav`)),
      ],
      { env: { HOME: home }, as: folder.as },
    )
    running.push(vlc)
    await expect
      .poll(() => listensOf('bo'), { timeout: 120_000, interval: 1000, message: vlc.said() })
      .toEqual(heard(SONGS[0], SONGS[1]))
  })

  it.skipIf(noQuodLibet)(
    named('the ListenBrainz module of Quod Libet tells what is and was heard', noQuodLibet),
    async ({ expect }) => {
      const token = await somebody('cleo', 'listenbrainz')
      await python(
        `
import importlib.util, os, time
spec = importlib.util.spec_from_file_location('listenbrainz', '${QUOD_LIBET}')
lb = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lb)
client = lb.ListenBrainzClient()
client.user_token = os.environ['TOKEN']
song = lambda title: lb.Track('${ARTIST}', title, 'Pier', {'media_player': 'Quod Libet', 'tracknumber': 1})
assert client.playing_now(song('${SONGS[0]}')).status == 200
assert client.listen(int(time.time()) - 100, song('${SONGS[0]}')).status == 200
assert client.import_tracks([(int(time.time()) - 60, song('${SONGS[1]}'))]).status == 200
client.user_token = 'nonsense'
assert client.listen(int(time.time()), song('${SONGS[2]}')).status == 401
`,
        'python3',
        { TOKEN: token, QL_LISTENBRAINZ_DEV_SERVER: place },
      )
      expect(await listensOf('cleo')).toEqual(heard(SONGS[0], SONGS[1]))
    },
  )

  it.skipIf(noLibrary)(
    named('liblistenbrainz tells, asks, loves and deletes', noLibrary),
    async ({ expect }) => {
      const token = await somebody('dora', 'listenbrainz')
      const said = await python(
        `
import liblistenbrainz, os, time
client = liblistenbrainz.ListenBrainz('http://' + os.environ['PLACE'])
client.set_auth_token(os.environ['TOKEN'])
now = int(time.time())
mbid = '0a0a0a0a-0000-4000-9000-00000000000a'
def song(title, at, **more):
    return liblistenbrainz.Listen(track_name=title, artist_name='${ARTIST}', release_name='Pier', listened_at=at, **more)
client.submit_playing_now(song('${SONGS[2]}', None))
assert client.get_playing_now('dora').track_name == '${SONGS[2]}'
client.submit_single_listen(song('${SONGS[0]}', now - 500, recording_mbid=mbid))
client.submit_multiple_listens([song('${SONGS[1]}', now - 400), song('${SONGS[2]}', now - 300)])
told = client.get_listens('dora')
assert [one.track_name for one in told] == ['${SONGS[2]}', '${SONGS[1]}', '${SONGS[0]}'], told
assert client.get_user_listen_count('dora') == 3
client.submit_user_feedback(1, mbid)
client.delete_listen(told[0])
assert client.get_user_listen_count('dora') == 2
try:
    other = liblistenbrainz.ListenBrainz('http://' + os.environ['PLACE'])
    other.set_auth_token('nonsense')
    raise SystemExit('a wrong token was taken')
except liblistenbrainz.errors.InvalidAuthTokenException:
    print('all is well')
`,
        PYTHON,
        { TOKEN: token },
      )
      expect(said).toContain('all is well')
      expect(await listensOf('dora')).toEqual(heard(SONGS[0], SONGS[1]))
      const { id } = await engine.listener('dora')
      expect((await engine.library.feedback.list(id)).map(({ kind }) => kind)).toEqual(['like'])
    },
  )
})
