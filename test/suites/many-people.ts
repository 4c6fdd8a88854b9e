import { THEIR_OWN } from '../../src/library/import-record.ts'
import type { Library } from '../../src/library/library.ts'
import type { ManyListeners } from '../../src/world/many-listeners.ts'

/** Imports the catalog of a world and the plays of these of its listeners, all by default. */
export async function importWorld(
  library: Library,
  world: ManyListeners,
  people: readonly number[] = world.listeners.map(({ index }) => index),
  sha256 = 'listens',
): Promise<void> {
  const meta = { listener: THEIR_OWN, name: 'world', at: world.now }
  const catalog = library.imports.begin()
  for (const record of world.catalogRecords()) catalog.add(record, 0)
  await catalog.commit({ ...meta, sha256: 'catalog', format: 'catalog' }, () => '{}')
  const listens = library.imports.begin()
  for (const i of people)
    for (const record of world.playRecords(i))
      listens.add(record.kind === 'play' ? { ...record, listener: world.listeners[i]!.name } : record, 0)
  await listens.commit({ ...meta, sha256, format: 'listens' }, () => '{}')
}
