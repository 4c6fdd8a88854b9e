import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { silent } from '../src/core/progress.ts'
import { openEngine } from '../src/engine.ts'
import { trainEverybody } from '../src/learn/train-everybody.ts'
import { THEIR_OWN } from '../src/library/import-record.ts'
import { recommend } from '../src/recommend.ts'
import { makeListeners } from '../src/world/many-listeners.ts'
import { importWorld } from './suites/many-people.ts'

const NOW = Date.UTC(2026, 0, 15, 12)
const PEOPLE = 150
/** Who come later, with five plays each. */
const NEW = Array.from({ length: 12 }, (_, i) => i)

it('somebody new with five plays is served by the model of everybody, which ranks far better for them than what is popular, by the truth of the world', async () => {
  const world = makeListeners({
    seed: 11,
    listeners: PEOPLE + NEW.length,
    tracks: 400,
    events: 16_000,
    spread: 10,
    now: NOW,
  })
  const folder = mkdtempSync(join(tmpdir(), 'deepcuts-everybody-'))
  const engine = await openEngine({ data: folder, now: () => NOW, timeZone: 'UTC', community: true })
  onTestFinished(async () => {
    await engine.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const old = world.listeners.map(({ index }) => index).filter((index) => !NEW.includes(index))
  await importWorld(engine.library, world, old)
  const report = await trainEverybody(engine.library, { seed: 1, preset: 'nano' }, silent)
  expect(report.everybody.taste.chosen).not.toBe('popularity')
  const { blend } = report.everybody
  for (const { weights, auc } of [blend!.new, blend!.familiar]) {
    const added = Object.values(weights).some((weight) => weight > 0)
    expect(added ? auc.blend : auc.likability).toBeGreaterThan(
      Math.max(auc.likability!, auc.taste!, auc.linear!) - 0.02,
    )
  }

  const session = engine.library.imports.begin()
  for (const i of NEW)
    for (const record of [...world.playRecords(i)].slice(0, 5))
      session.add(record.kind === 'play' ? { ...record, listener: world.listeners[i]!.name } : record, 0)
  await session.commit(
    { listener: THEIR_OWN, name: 'new', sha256: 'new', format: 'listens', at: NOW },
    () => '{}',
  )

  const plays = new Map<number, number>()
  for (const i of old)
    for (const row of new Set(world.plays(i).track)) plays.set(row, (plays.get(row) ?? 0) + 1)
  const popular = [...plays].sort((a, b) => b[1] - a[1]).map(([row]) => row)
  const catalog = await engine.library.catalog()
  const inWorld = (row: number) => world.rowOf(catalog.spotify.at(row))!
  const truth = { model: 0, taste: 0, mix: 0, popular: 0, anything: 0 }
  for (const i of NEW) {
    const { name } = world.listeners[i]!
    const heard = new Set(world.plays(i).track.slice(0, 5))
    const add = (what: keyof typeof truth, rows: readonly number[]) => {
      const finished = rows.reduce((sum, row) => sum + world.likability(i, row), 0)
      truth[what] += finished / rows.length / NEW.length
    }
    const { whose, version, scorer } = await engine.serving(name)
    expect({ whose, version }).toEqual({ whose: 'everybody', version: report.version })
    const unheard = Array.from({ length: catalog.size }, (_, row) => row).filter(
      (row) => !heard.has(inWorld(row)),
    )
    const candidates = unheard.map((row) => ({ row, sources: ['nearest'] }))
    const scored = await scorer.score(await engine.describe(name, NOW), candidates, () => false)
    const first = [...scored].sort((a, b) => b.likability - a.likability).slice(0, 20)
    add(
      'model',
      first.map(({ row }) => inWorld(row)),
    )
    const next = (await engine.taste(name))!.map(inWorld).filter((row) => !heard.has(row))
    add('taste', next.slice(0, 20))
    const { mix } = await recommend({ listener: name, recipe: 'deep-cuts', n: 40, at: NOW }, engine)
    add(
      'mix',
      mix.tracks.map(({ track }) => world.rowOf(track.spotify!)!),
    )
    add('popular', popular.filter((row) => !heard.has(row)).slice(0, 20))
    add(
      'anything',
      world.tracks.map((_, row) => row),
    )
  }
  expect(truth.model).toBeGreaterThan(truth.popular + 0.1)
  expect(truth.taste).toBeGreaterThan(truth.popular + 0.05)
  expect(truth.mix).toBeGreaterThan(truth.anything)
}, 900_000)
