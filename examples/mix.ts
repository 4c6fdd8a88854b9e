/**
 * deepcuts as a library: data in, a model, a mix with reasons, a no that is honoured. Run it with `npx tsx examples/mix.ts`.
 * It uses the invented world of the demo; with an export, the commented line takes the place of `prepareDemo`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prepareDemo } from '../src/evaluate/demo.ts'
// In a project of your own: from 'deepcuts'.
import { explainTrack, findTrack, openEngine, recommend, silent, train } from '../src/index.ts'

const folder = await mkdtemp(join(tmpdir(), 'deepcuts-example-'))
const engine = await openEngine({ data: folder, now: Date.now, timeZone: 'UTC' })
try {
  const { library } = engine
  // await importPaths(['tracks.csv', 'my_spotify_data.zip'], { listener: 'me', now: Date.now() }, library.imports, silent)
  const { listener } = await prepareDemo(library, 1, Date.now(), silent)

  const report = await train(library, { listener, seed: 1 }, silent)
  for (const { name, auc } of report.heldOut.models) console.log(`${name.padEnd(12)} AUC ${auc.toFixed(3)}`)

  const ask = () => recommend({ listener, recipe: 'deep-cuts', n: 5, at: Date.now() }, engine)
  const { mix } = await ask()
  for (const { position, track, likability, reason } of mix.tracks)
    console.log(
      `${position}. ${track.title} – ${track.artist} (${Math.round(100 * likability)} %): ${reason.text}`,
    )

  const refused = mix.tracks[0]!.track
  const { id } = await library.listeners.get(listener)
  await library.feedback.say(id, { kind: 'dislike', identifier: refused.id, artist: '' })
  const again = (await ask()).mix.tracks.some(({ track }) => track.id === refused.id)
  console.log(`After a dislike, "${refused.title}" is ${again ? 'still there' : 'gone'}.`)

  const row = await findTrack(library.store, await library.catalog(), String(refused.id))
  console.log(`deepcuts explains: ${(await explainTrack(engine, listener, row)).refused}.`)
} finally {
  await engine.close()
  await rm(folder, { recursive: true, force: true })
}
