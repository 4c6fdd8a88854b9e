import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const RATE = 8000

/** A tone of so many seconds as a WAV file that names itself in a LIST INFO chunk, as players read it. */
export function wavOf(
  seconds: number,
  { title, artist, album }: { readonly title: string; readonly artist: string; readonly album: string },
): Buffer {
  const samples = Buffer.alloc(seconds * RATE)
  for (let i = 0; i < samples.length; i++) samples[i] = 128 + 20 * Math.sin((i * 2 * Math.PI * 220) / RATE)
  const format = Buffer.alloc(16)
  format.writeUInt16LE(1, 0)
  format.writeUInt16LE(1, 2)
  format.writeUInt32LE(RATE, 4)
  format.writeUInt32LE(RATE, 8)
  format.writeUInt16LE(1, 12)
  format.writeUInt16LE(8, 14)
  const names = [chunk('INAM', text(title)), chunk('IART', text(artist)), chunk('IPRD', text(album))]
  const info = chunk('LIST', Buffer.concat([Buffer.from('INFO'), ...names]))
  return chunk(
    'RIFF',
    Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', format), info, chunk('data', samples)]),
  )
}

const text = (value: string) => Buffer.from(`${value}\0`, 'utf8')

function chunk(name: string, content: Buffer): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(content.length)
  return Buffer.concat([Buffer.from(name), size, content, Buffer.alloc(content.length % 2)])
}

/** Why a test of these programs has to be left out; undefined where all of them are installed. */
export function missing(...programs: readonly string[]): string | undefined {
  const gone = programs.filter((program) => spawnSync('which', [program]).status !== 0)
  return gone.length > 0 ? `${gone.join(' and ')} not installed` : undefined
}

/** A folder for programs that do not run as root, where the tests do; nobody else is asked for. */
export function playersFolder(): {
  readonly path: string
  readonly as: { uid?: number; gid?: number }
  remove(): void
} {
  const path = mkdtempSync(join(tmpdir(), 'deepcuts-players-'))
  chmodSync(path, 0o755)
  const NOBODY = 65_534
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(path, NOBODY, NOBODY)
  return {
    path,
    as: isRoot ? { uid: NOBODY, gid: NOBODY } : {},
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Writes a file that everybody may read, with the folders above it. */
export function putFile(path: string, content: string | Buffer): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

/** A program that runs until it is ended. */
export interface Running {
  /** All that it said. */
  said(): string
  /** The status that it ends with by itself; null where a signal ended it, or it could not be started. */
  ended(): Promise<number | null>
  end(): Promise<void>
}

/** Starts a program. */
export function start(
  program: string,
  args: readonly string[],
  { env = {}, as = {} }: { readonly env?: Readonly<Record<string, string>>; readonly as?: object } = {},
): Running {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...as,
  })
  let said = ''
  child.stdout!.on('data', (part) => {
    said += part
  })
  child.stderr!.on('data', (part) => {
    said += part
  })
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
    child.on('error', () => resolve(null))
  })
  return {
    said: () => said,
    ended: () => ended,
    async end() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Sends commands to MPD over a connection of its own, and gives its last answer. */
export async function askMpd(socket: string, ...commands: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket)
    let heard = ''
    let answers = 0
    connection.setTimeout(30_000, () => connection.destroy(new Error('MPD does not answer')))
    connection.on('error', reject)
    connection.on('data', (part) => {
      heard += part
      for (;;) {
        const end = /^(OK|ACK)[^\n]*\n/m.exec(heard)
        if (!end) return
        const answer = heard.slice(0, end.index + end[0].length)
        heard = heard.slice(end.index + end[0].length)
        if (end[1] === 'ACK') return void connection.destroy(new Error(answer))
        const next = commands[answers++]
        if (next !== undefined) connection.write(`${next}\n`)
        else {
          connection.end()
          resolve(answer)
        }
      }
    })
  })
}
