import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

/** A server that owns a data folder, as it says of itself to who may read the folder. */
export interface RunningServer {
  /** Where this machine reaches it. */
  readonly address: string
  readonly pid: number
  /** What lets a verb go on there; it changes with every start. */
  readonly token: string
}

const NAME = 'server.json'
const ANSWERS_WITHIN_MS = 3000

/** A token that nobody can guess. */
export function localToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Says in a data folder that a server owns it, readable by its owner alone; call what it gives to take it back. */
export function writeServerFile(folder: string, server: RunningServer): () => void {
  const path = join(folder, NAME)
  const part = `${path}.${process.pid}.part`
  rmSync(part, { force: true })
  writeFileSync(part, `${JSON.stringify(server)}\n`, { mode: 0o600 })
  renameSync(part, path)
  return () => {
    if (readServerFile(folder)?.token === server.token) rmSync(path, { force: true })
  }
}

/** The server that owns a data folder and answers; undefined where there is none, or only what a killed one left. */
export async function runningServer(folder: string): Promise<RunningServer | undefined> {
  const server = readServerFile(folder)
  return server && (await answers(server)) ? server : undefined
}

function readServerFile(folder: string): RunningServer | undefined {
  try {
    const { address, pid, token } = JSON.parse(
      readFileSync(join(folder, NAME), 'utf8'),
    ) as Partial<RunningServer>
    if (typeof address !== 'string' || typeof pid !== 'number' || typeof token !== 'string') return undefined
    return /^http:\/\//.test(address) ? { address, pid, token } : undefined
  } catch {
    return undefined
  }
}

/** Whether the server that wrote the file listens there: another one does not know its token. */
function answers({ address, token }: RunningServer): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request(
      `${address}/v1/verbs`,
      { headers: { authorization: `Bearer ${token}` }, timeout: ANSWERS_WITHIN_MS },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode === 200)
      },
    )
    asking.on('timeout', () => asking.destroy())
    asking.on('error', () => resolve(false))
    asking.end()
  })
}
