import { createHash } from 'node:crypto'
import type { Engine, ImportRecord, Protocol } from '../index.ts'
import type { Player } from './player.ts'

/** Keeps what a player told, in the import of the listener's day (UTC) by that protocol. Durable when it resolves. */
export async function keep(
  { library, now }: Engine,
  { listener: { name: listener } }: Player,
  protocol: Protocol,
  records: readonly ImportRecord[],
): Promise<void> {
  if (records.length === 0) return
  const at = now()
  const name = `${NAMES[protocol]} ${new Date(at).toISOString().slice(0, 10)}`
  const what = { listener, name, format: 'events' }
  const sha256 = createHash('sha256').update(`${listener}\u0000${name}`).digest('hex')
  const session = library.imports.begin()
  for (const record of records) session.add(record, 0)
  await session.commit({ ...what, sha256, at, grows: true }, () =>
    JSON.stringify({ ...what, files: [], notes: [] }),
  )
}

const NAMES: Readonly<Record<Protocol, string>> = {
  listenbrainz: 'ListenBrainz',
  audioscrobbler: 'Audioscrobbler',
}
