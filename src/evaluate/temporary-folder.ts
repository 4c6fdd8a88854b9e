import { rmSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'deepcuts-evaluate-'
const REMOVED = { recursive: true, force: true } as const

/**
 * Gives `work` an empty folder that only this user may read, and removes it when the work is done, fails, or the process
 * leaves in the middle of it. What a killed process could not remove, the next call does.
 */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  await removeLeftovers()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  const removeNow = () => rmSync(folder, REMOVED)
  process.once('exit', removeNow)
  try {
    return await work(folder)
  } finally {
    process.off('exit', removeNow)
    await rm(folder, REMOVED)
  }
}

async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]
    // Another user's folder cannot be removed, and is not ours to.
    if (pid && !isAlive(Number(pid))) await rm(join(tmpdir(), name), REMOVED).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
