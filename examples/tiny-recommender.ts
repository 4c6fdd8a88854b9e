/**
 * Forty listeners, sixty songs, two tastes: learned vectors whose dot product says who likes what. The vectors live in tables
 * outside the graph, so that a step costs what its batch touches. Run it with `npx tsx examples/tiny-recommender.ts`.
 */
import {
  adamW,
  binaryCrossEntropy,
  embeddingTable,
  graph,
  mean,
  mul,
  openTrainer,
  sum,
} from '../src/graph/index.ts'

const [LISTENERS, SONGS, WIDTH] = [40, 60, 4]
type Pair = readonly [listener: number, song: number]
// Even listeners like even songs, odd ones odd songs. One pair in five is never shown in training.
const likes = ([listener, song]: Pair) => listener % 2 === song % 2
const pairs = Array.from(
  { length: LISTENERS * SONGS },
  (_, i): Pair => [i % LISTENERS, Math.floor(i / LISTENERS)],
)
const heldOut = pairs.filter(([listener, song]) => (listener + song) % 5 === 0)
const shown = pairs.filter((pair) => !heldOut.includes(pair))

const g = graph()
const listener = g.input('listener', ['n', WIDTH], { gradient: true })
const song = g.input('song', ['n', WIDTH], { gradient: true })
const logit = sum(mul(listener, song), [-1])
const loss = mean(binaryCrossEntropy(logit, g.input('liked', ['n'])))

const optimizer = adamW({ learningRate: 0.05 })
const trainer = await openTrainer(loss, { optimizer })
const listeners = embeddingTable(LISTENERS, WIDTH, { seed: 1 })
const songs = embeddingTable(SONGS, WIDTH, { seed: 2 })
const columns = (of: readonly Pair[]) => [of.map(([id]) => id), of.map(([, id]) => id)] as const

for (let i = 1; i <= 100; i++) {
  const batch = Array.from({ length: 64 }, (_, j) => shown[((i * 64 + j) * 77) % shown.length]!)
  const [who, what] = columns(batch)
  const { loss, gradients } = await trainer.step({
    listener: listeners.gather(who),
    song: songs.gather(what),
    liked: Float32Array.from(batch, (pair) => (likes(pair) ? 1 : 0)),
  })
  listeners.update(who, gradients.listener!, optimizer)
  songs.update(what, gradients.song!, optimizer)
  if (i % 25 === 0) console.log(`step ${i}: loss ${loss.toFixed(3)}`)
}

const predictor = await trainer.predictor({ logit })
const [who, what] = columns(heldOut)
const predicted = await predictor.run({ listener: listeners.gather(who), song: songs.gather(what) })
const right = heldOut.filter((pair, i) => predicted.logit![i]! > 0 === likes(pair)).length
console.log(`${right} of ${heldOut.length} pairs that it never saw are right.`)
await predictor.close()
await trainer.close()
