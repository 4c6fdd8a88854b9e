import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DeepcutsError } from '../core/errors.ts'

/** Seals texts that have to be read again; who has the store alone reads none of them. */
export interface Sealer {
  /** @param about what the text is about: nothing else opens it */
  seal(text: string, about: string): Promise<string>
  /** The text; undefined where another key sealed it, it is about something else, or it was changed. @throws SERVER_KEY_DAMAGED */
  open(sealed: string, about: string): Promise<string | undefined>
}

const KEY_FILE = 'server.key'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals with AES-256-GCM by a key that follows from the secret that is given, else by the one of the file `server.key` in the data folder, which
 * is made when it is first needed and which its owner alone can read.
 */
export function sealerOf(folder: string, secret = ''): Sealer {
  let kept: Promise<Buffer> | undefined
  const key = () => {
    kept ??= (secret === '' ? keyOfFile(join(folder, KEY_FILE)) : Promise.resolve(derived(secret))).catch(
      (error: unknown) => {
        kept = undefined
        throw error
      },
    )
    return kept
  }
  return {
    async seal(text, about) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', await key(), iv).setAAD(Buffer.from(about))
      const sealed = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return Buffer.concat(sealed).toString('base64')
    },
    async open(sealed, about) {
      const bytes = Buffer.from(sealed, 'base64')
      if (bytes.length < IV_BYTES + TAG_BYTES) return undefined
      const decipher = createDecipheriv('aes-256-gcm', await key(), bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES))
      try {
        return (
          decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
        )
      } catch {
        return undefined
      }
    },
  }
}

function derived(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'deepcuts', 'protocol tokens', KEY_BYTES))
}

/** The key of a file, or a new one: of several who make it at once the first wins. */
async function keyOfFile(path: string): Promise<Buffer> {
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (known === undefined) {
    await writeNew(path, `${randomBytes(KEY_BYTES).toString('hex')}\n`)
    return keyOfFile(path)
  }
  if (!/^[0-9a-f]{64}\s*$/.test(known)) throw new DeepcutsError('SERVER_KEY_DAMAGED', { path })
  return Buffer.from(known.trim(), 'hex')
}

async function writeNew(path: string, text: string): Promise<void> {
  const { O_CREAT, O_EXCL, O_WRONLY } = constants
  const file = await open(path, O_CREAT | O_EXCL | O_WRONLY, 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined
    throw error
  })
  if (!file) return
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}
