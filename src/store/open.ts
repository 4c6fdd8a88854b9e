import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DeepcutsError } from '../core/errors.ts'
import { openCompact } from './compact.ts'
import type { Store } from './store.ts'

interface OpenSettings {
  /** Milliseconds since the epoch; the clock of the machine when absent. */
  readonly now?: () => number
}

type Driver = (url: string, now: () => number) => Promise<Store>

/** URL scheme → driver. The library of a driver is loaded when a URL asks for it. */
const DRIVERS: Readonly<Record<string, Driver>> = {
  file: async (url, now) => {
    const folder = folderOf(url)
    const { openDuckDb } = await import('./duckdb.ts')
    return openCompact(folder, () => openDuckDb(folder, { now }))
  },
}

/**
 * Opens the store that a URL names; the caller owns it and closes it.
 * @param url `file:` and a folder: `file:./deepcuts-data`, or a full `file:///…` URL (percent-decoded). Made when missing
 * @throws DeepcutsError STORE_URL for another scheme, and the STORE_… codes of the driver
 */
export async function openStore(url: string, { now = Date.now }: OpenSettings = {}): Promise<Store> {
  const scheme = /^([a-z][a-z0-9+.-]*):./i.exec(url)?.[1]?.toLowerCase() ?? ''
  const driver = Object.hasOwn(DRIVERS, scheme) ? DRIVERS[scheme] : undefined
  if (!driver) throw new DeepcutsError('STORE_URL', { url })
  return driver(url, now)
}

function folderOf(url: string): string {
  if (/^file:\/\//i.test(url)) {
    try {
      return fileURLToPath(url)
    } catch (cause) {
      throw new DeepcutsError('STORE_URL', { url }, { cause })
    }
  }
  return resolve(url.slice('file:'.length))
}
