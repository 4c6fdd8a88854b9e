import { type ChildProcess, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  adamW,
  addPositions,
  binaryCrossEntropy,
  dense,
  dots,
  embeddingTable,
  ensembleDense,
  type Graph,
  gbce,
  graph,
  headsDense,
  layerNorm,
  mean,
  mul,
  openTrainer,
  relu,
  rowDots,
  sum,
  type Tensor,
  type Trainer,
  transformerBlock,
  type Values,
  weightedMean,
} from '../src/graph/index.ts'
import type { Figure } from './measure.ts'

const ROUNDS = 7
const optimizer = adamW()

/** One kind of training step; `run` does one and tells its loss. */
interface Contest {
  readonly name: string
  readonly title: string
  /** Steps in a round. */
  readonly steps: number
  /** What the peer calls its ways to do the same. */
  readonly peers: readonly string[]
  /** Initial parameters and the batch, for the peer. */
  readonly values: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: Float32Array | Int32Array }>
  >
  run(): Promise<number>
  close(): Promise<void>
}

/**
 * Training steps a second on one thread: an MLP, sparse embeddings, a parameter-sharing ensemble. Where python3 (or $PYTHON) has
 * PyTorch, the same steps there, from the same parameters and batch, in turns within the same run. The median round counts.
 */
export default async function (folder: string): Promise<readonly Figure[]> {
  const contests = [await mlp(), await embedding(), await ensemble(), await transformer()]
  const peer = await openPeer(folder, contests)
  if (!peer) console.log('peer not installed: python3 (or $PYTHON) has no torch')
  const figures: Figure[] = []
  for (const contest of contests) {
    const seconds = new Map<string, number[]>()
    const losses = new Map<string, number>()
    const ours = async () => {
      const started = performance.now()
      let loss = 0
      for (let i = 0; i < contest.steps; i++) loss = await contest.run()
      return { seconds: (performance.now() - started) / 1000, loss }
    }
    for (let round = 0; round <= ROUNDS; round++) {
      for (const who of ['deepcuts', ...(peer ? contest.peers : [])]) {
        const result = who === 'deepcuts' ? await ours() : await peer!.run(who, contest.steps)
        // The first round warms up.
        if (round > 0) seconds.set(who, [...(seconds.get(who) ?? []), result.seconds])
        losses.set(who, result.loss)
      }
    }
    await contest.close()
    const rate = (who: string) => contest.steps / median(seconds.get(who)!)
    figures.push({ name: contest.title, value: rate('deepcuts'), unit: 'step/s' })
    if (!peer) continue
    const best = Math.max(...contest.peers.map(rate))
    figures.push({ name: '  PyTorch', value: best, unit: 'step/s' })
    figures.push({ name: '  ours to theirs', value: rate('deepcuts') / best, unit: '×' })
    const apart = contest.peers.map((who) => Math.abs(losses.get(who)! / losses.get('deepcuts')! - 1))
    figures.push({ name: '  losses reached differ by', value: 100 * Math.max(...apart), unit: '%' })
  }
  peer?.close()
  return figures
}

async function mlp(): Promise<Contest> {
  const g = graph({ seed: 1 })
  const x = g.input('x', ['batch', 64])
  const h = relu(dense(relu(dense(x, 256, 'a')), 128, 'b'))
  const loss = mean(binaryCrossEntropy(dense(h, 1, 'c'), g.input('y', ['batch', 1])))
  const batch = { x: waves(1024 * 64), y: zerosAndOnes(1024) }
  return contest(
    'mlp',
    'MLP 64→256→128→1, batch 1024, Adam',
    100,
    g,
    loss,
    batch,
    { x: [1024, 64], y: [1024, 1] },
    ['mlp'],
  )
}

async function ensemble(): Promise<Contest> {
  const g = graph({ seed: 1 })
  const x = g.input('x', ['batch', 64])
  const h = relu(ensembleDense(x, 32, 128, 'a', { adapters: 'random' }))
  const loss = mean(binaryCrossEntropy(headsDense(h, 32, 1, 'b'), g.input('y', ['batch', 1])))
  const batch = { x: waves(512 * 64), y: zerosAndOnes(512) }
  const shapes = { x: [512, 64], y: [512, 1] }
  return contest('ensemble', 'ensemble of 32, 64→128→1, batch 512, Adam', 25, g, loss, batch, shapes, [
    'ensemble',
    'folded',
  ])
}

async function contest(
  name: string,
  title: string,
  steps: number,
  g: Graph,
  loss: Tensor,
  batch: Readonly<Record<string, Values>>,
  shapes: Readonly<Record<string, readonly number[]>>,
  peers: readonly string[],
): Promise<Contest> {
  const trainer: Trainer = await openTrainer(loss, { optimizer })
  const initial = trainer.parameters()
  const values = Object.fromEntries([
    ...g.parameters.map(({ origin, shape }) => {
      const named = origin.kind === 'parameter' ? origin.name : ''
      return [named, { shape: shape as number[], values: initial[named]! }]
    }),
    ...Object.entries(batch).map(([key, list]) => [key, { shape: shapes[key]!, values: list }]),
  ])
  const run = async () => (await trainer.step(batch)).loss
  return { name, title, steps, peers, values, run, close: () => trainer.close() }
}

/**
 * A transformer over 64 sequences of 50, of 21 to 50 events each, that foretells the next event of each position: two blocks of width
 * 64 with two heads, 256 negatives that the batch shares, gBCE. The vectors of tracks come from outside, as rows with a gradient.
 */
async function transformer(): Promise<Contest> {
  const { g, loss, batch, shapes } = nextEvents()
  const title = 'transformer, 64×50×64, 2 blocks, 256 negatives, gBCE'
  return contest('transformer', title, 10, g, loss, batch, shapes, ['transformer', 'transformer_spelled'])
}

function nextEvents() {
  const [rows, length, width, negatives] = [64, 50, 64, 256]
  const g = graph({ seed: 1 })
  const marked = { gradient: true }
  const present = g.input('present', ['batch', length])
  let h = addPositions(g.input('events', ['batch', length, width], marked), 'positions')
  for (const name of ['a', 'b']) h = transformerBlock(h, name, { heads: 2, causal: true, present })
  h = layerNorm(h, 'norm')
  const positive = rowDots(h, g.input('positives', ['batch', length, width], marked))
  const sampled = dots(h, g.input('negatives', [negatives, width], marked))
  const loss = weightedMean(gbce(positive, sampled, { items: 100_000 }), present)
  const batch = {
    events: waves(rows * length * width),
    positives: waves(rows * length * width).reverse(),
    negatives: waves(negatives * width),
    present: Float32Array.from({ length: rows * length }, (_, i) =>
      i % length >= (Math.floor(i / length) * 7) % 30 ? 1 : 0,
    ),
  }
  const shapes = {
    events: [rows, length, width],
    positives: [rows, length, width],
    negatives: [negatives, width],
    present: [rows, length],
  }
  return { g, loss, batch, shapes }
}

async function embedding(): Promise<Contest> {
  const [rows, width, touched] = [100_000, 64, 4096]
  const g = graph()
  const a = g.input('a', ['n', width], { gradient: true })
  const b = g.input('b', ['n', width], { gradient: true })
  const loss = mean(binaryCrossEntropy(sum(mul(a, b), [-1]), g.input('y', ['n'])))
  const trainer = await openTrainer(loss, { optimizer })
  const table = embeddingTable(rows, width, { seed: 1 })
  const ids = Int32Array.from({ length: touched }, (_, i) => (i * 48_271) % rows)
  const [left, right] = [ids.subarray(0, touched / 2), ids.subarray(touched / 2)]
  const y = zerosAndOnes(touched / 2)
  const gradient = new Float32Array(touched * width)
  return {
    name: 'embedding',
    title: 'embedding, 4096 rows of 100k×64, sparse Adam',
    steps: 100,
    peers: ['embedding'],
    values: {
      table: { shape: [rows, width], values: table.values.slice() },
      ids: { shape: [touched], values: ids },
      y: { shape: [touched / 2], values: y },
    },
    async run() {
      const step = await trainer.step({ a: table.gather(left), b: table.gather(right), y })
      gradient.set(step.gradients.a!)
      gradient.set(step.gradients.b!, gradient.length / 2)
      table.update(ids, gradient, optimizer)
      return step.loss
    },
    close: () => trainer.close(),
  }
}

interface Peer {
  run(name: string, steps: number): Promise<{ readonly seconds: number; readonly loss: number }>
  close(): void
}

/** The peer with the values of all contests, or nothing where Python or PyTorch is missing. */
async function openPeer(folder: string, contests: readonly Contest[]): Promise<Peer | undefined> {
  const layout: Record<string, Record<string, readonly number[]>> = {}
  for (const { name, values } of contests) {
    layout[name] = {}
    for (const [key, { shape, values: list }] of Object.entries(values)) {
      if (list instanceof Float32Array) layout[name][key] = shape
      await writeFile(join(folder, `${name}.${key}`), list)
    }
  }
  await writeFile(join(folder, 'layout.json'), JSON.stringify(layout))
  const script = fileURLToPath(new URL('./peers/torch_steps.py', import.meta.url))
  const child: ChildProcess = spawn(process.env.PYTHON ?? 'python3', [script, folder], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.on('error', () => {})
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const hello = await lines.next()
  if (hello.done) return undefined
  return {
    async run(name, steps) {
      child.stdin!.write(`${name} ${steps}\n`)
      const line = await lines.next()
      if (line.done) throw new Error(`The peer ended while it ran ${name}.`)
      return JSON.parse(line.value)
    },
    close: () => child.stdin!.end(),
  }
}

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!
}

function waves(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898) * 1.4)
}

function zerosAndOnes(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 13 < 6 ? 1 : 0))
}
