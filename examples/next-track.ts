/**
 * What comes next? 300 songs of 20 tastes; each listener has one, and plays a song of it three times in five and anything else in
 * between. The last song says little, the whole sequence a lot. A small transformer reads it (SASRec, Kang & McAuley 2018) and is
 * asked for ten songs; so are two counts, of what is popular and of what followed the last song. Run it with
 * `npx tsx examples/next-track.ts`.
 */
import {
  adamW,
  addPositions,
  dots,
  embeddingTable,
  graph,
  layerNorm,
  openTrainer,
  rowDots,
  sampledSoftmax,
  transformerBlock,
  type Values,
  weightedMean,
} from '../src/graph/index.ts'

const [SONGS, TASTES, LISTENERS, LENGTH, WIDTH, NEGATIVES] = [300, 20, 1000, 16, 32, 64]
let state = 1
const below = (n: number) => {
  state = (state * 48_271) % 2_147_483_647
  return state % n
}
// Song s is of taste s mod 20.
const sequences = Array.from({ length: LISTENERS }, () => {
  const taste = below(TASTES)
  const own = () => taste + TASTES * below(SONGS / TASTES)
  return Array.from({ length: 8 + below(LENGTH - 6) }, () => (below(10) < 6 ? own() : below(SONGS)))
})
// The last song of everyone is hidden.
const [shown, hidden] = [sequences.map((list) => list.slice(0, -1)), sequences.map((list) => list.at(-1)!)]

// 1. The model. Songs are rows of a table outside; position i of the output is compared with song i + 1.
const g = graph({ seed: 1 })
const present = g.input('present', ['batch', LENGTH])
const marked = { gradient: true }
const events = g.input('events', ['batch', LENGTH, WIDTH], marked)
const block = { heads: 2, causal: true, present, dropout: 0.1 }
const taste = layerNorm(transformerBlock(addPositions(events, 'positions'), 'block', block), 'norm')
const positive = rowDots(taste, g.input('positives', ['batch', LENGTH, WIDTH], marked))
const negatives = dots(taste, g.input('negatives', [NEGATIVES, WIDTH], marked))
const loss = weightedMean(sampledSoftmax(positive, negatives), present)

// 2. Training: sequences padded at their start, the same songs one place later, and some songs by chance.
const optimizer = adamW({ learningRate: 0.005 })
const trainer = await openTrainer(loss, { optimizer })
const songs = embeddingTable(SONGS, WIDTH, { seed: 2 })
const padded = (list: readonly number[]) => [...new Array<number>(LENGTH - list.length).fill(0), ...list]
const filled = (lists: readonly (readonly number[])[]) =>
  Float32Array.from(lists.flatMap((list) => padded(list.map(() => 1))))

for (let step = 1; step <= 300; step++) {
  const lists = Array.from({ length: 64 }, () => shown[below(LISTENERS)]!)
  const ids = {
    events: lists.flatMap((list) => padded(list.slice(0, -1))),
    positives: lists.flatMap((list) => padded(list.slice(1))),
    negatives: Array.from({ length: NEGATIVES }, () => below(SONGS)),
  }
  const { loss, gradients } = await trainer.step({
    events: songs.gather(ids.events),
    positives: songs.gather(ids.positives),
    negatives: songs.gather(ids.negatives),
    present: filled(lists.map((list) => list.slice(1))),
  })
  const every = [...ids.events, ...ids.positives, ...ids.negatives]
  const gradient = [gradients.events!, gradients.positives!, gradients.negatives!].flatMap((list) => [
    ...list,
  ])
  songs.update(every, Float32Array.from(gradient), optimizer)
  if (step % 100 === 0) console.log(`step ${step}: loss ${loss.toFixed(3)}`)
}

const dot = (row: Values, table: Values, at: number) => {
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += row[i]! * table[at + i]!
  return sum
}
// 3. Ten songs for everyone; how often is the hidden one among them?
const predictor = await trainer.predictor({ taste })
const predicted = await predictor.run({ events: songs.gather(shown.flatMap(padded)), present: filled(shown) })
const model = shown.map((_, listener) => {
  const end = (listener + 1) * LENGTH * WIDTH
  const now = predicted.taste!.subarray(end - WIDTH, end)
  return Array.from({ length: SONGS }, (_, song) => dot(now, songs.values, song * WIDTH))
})
const plays = new Array<number>(SONGS).fill(0)
const follows = plays.map(() => new Array<number>(SONGS).fill(0))
for (const list of shown)
  for (const [i, song] of list.entries()) {
    plays[song]!++
    if (i > 0) follows[list[i - 1]!]![song]!++
  }
const found = (scores: (listener: number) => readonly number[]) => {
  const hits = hidden.filter((song, listener) => {
    const all = scores(listener)
    return all.filter((score) => score > all[song]!).length < 10
  })
  return hits.length / LISTENERS
}
// Where nothing is known of the last song the count falls back on what is popular.
const markov = (listener: number) =>
  follows[shown[listener]!.at(-1)!]!.map((n, song) => n + plays[song]! / 1e6)
console.log(`recall@10 of the model: ${found((listener) => model[listener]!).toFixed(3)}`)
console.log(`recall@10 of what followed the last song: ${found(markov).toFixed(3)}`)
console.log(`recall@10 of what is popular: ${found(() => plays).toFixed(3)}`)
const best = (0.6 * 10 * TASTES + 0.4 * 10) / SONGS
console.log(`recall@10 of one who knows the rule, at best: ${best.toFixed(3)}`)
await predictor.close()
await trainer.close()
