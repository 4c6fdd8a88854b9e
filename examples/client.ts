/**
 * deepcuts over HTTP: an app that tells what was heard and asks for a mix. Start a server, make a key, and run it:
 *
 *   deepcuts serve
 *   deepcuts keys create "my app" --scope app
 *   DEEPCUTS_URL=http://127.0.0.1:4577 DEEPCUTS_KEY=… npx tsx examples/client.ts
 */

// In a project of your own, in Node or in a page: from 'deepcuts/client'.
import { createClient, Problem } from '../src/client/client.ts'

const { DEEPCUTS_URL: url = 'http://127.0.0.1:4577', DEEPCUTS_KEY: key = '' } = process.env
const client = createClient({ url, key })
const listener = 'guest'

await client.createListener({ body: { name: listener } }).catch((error: unknown) => {
  if (!(error instanceof Problem && error.code === 'LISTENER_EXISTS')) throw error
})

// What a player would tell, a track at a time or in bulk: it counts from the next mix on.
const shelf = await client.recommendations({ listener, recipe: 'first', n: 12 })
const sent = await client.sendEvents(
  listener,
  shelf.tracks.map(({ track }, i) => ({
    type: i % 3 === 0 ? 'skip' : 'listen',
    track: { id: track.id },
    ...(i % 3 !== 0 && { finished: true }),
    at: Date.now() - (shelf.tracks.length - i) * 240_000,
  })),
)
console.log(`${sent.taken} events taken, ${sent.refused} refused.`)
await client.say({ listener, body: { kind: 'like', track: String(shelf.tracks[1]!.track.id) } })

const mix = await client.recommendations({ listener, recipe: 'deep-cuts', n: 5 })
console.log(`${mix.title} for ${mix.listener}:`)
for (const { position, track, likability, reason } of mix.tracks)
  console.log(
    `${position}. ${track.title} – ${track.artist} (${Math.round(100 * likability)} %): ${reason.text}`,
  )
