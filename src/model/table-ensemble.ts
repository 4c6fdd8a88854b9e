import { breathe } from '../core/breathe.ts'
import type { Random } from '../core/random.ts'
import {
  adamW,
  add,
  binaryCrossEntropy,
  graph,
  headsDense,
  mean,
  mul,
  type NamedValues,
  openTrainer,
  relu,
  sum,
  type Tensor,
  type Values,
} from '../graph/index.ts'
import { sigmoid } from './logistic.ts'

export interface TableEnsembleSettings {
  /** Inputs a row. */
  readonly d: number
  readonly heads: number
  /** Units of the hidden layer of each head. */
  readonly hidden: number
  /** λ: the loss of a head is its mean cross-entropy + λ / (2 · rows) · Σ W². */
  readonly penalty: number
  readonly steps: number
  /** Rows a step, drawn with replacement; absent: all of them. */
  readonly batch?: number
  /** α of mixup (Zhang et al. 2018): a step sees its rows mixed in pairs, by a share drawn from Beta(α, α); absent: as they are. */
  readonly mixup?: number
  readonly learningRate: number
}

/** Small networks that share nothing, fitted to the same rows from different starts. */
export interface TableEnsemble {
  readonly d: number
  readonly heads: number
  readonly hidden: number
  readonly parameters: Readonly<NamedValues>
  /** Whether the training left the finite numbers; the parameters are then those of the last good look at them. */
  readonly diverged: boolean
}

const WARM_UP = 20
const STEPS_A_BREATH = 8
/** Steps between two copies of the parameters, to go back to when a number is none any more. */
const STEPS_A_COPY = 25

/**
 * Fits networks of one hidden layer of ReLUs with Adam, nothing chosen and nothing held out: the penalty is a term of the loss
 * (a normal prior on the weights), which unlike decoupled decay keeps the minimum where it is however long the training.
 * @param X n × d, row-major, without NaN
 * @param y n labels, 0 or 1
 * @throws the signal's reason once it is aborted
 */
export async function fitTableEnsemble(
  X: Float32Array,
  y: ArrayLike<number>,
  settings: TableEnsembleSettings,
  random: Random,
  signal?: AbortSignal,
): Promise<TableEnsemble> {
  const { d, heads, hidden, steps, learningRate } = settings
  const n = y.length
  const g = graph({ seed: 1 })
  const x = g.input('x', ['batch', d])
  const target = g.input('y', ['batch', 1])
  const penalty = g.input('penalty', [1])
  const logits = headsDense(relu(headsDense(x, heads, hidden, 'hidden')), heads, 1, 'out')
  const squares = g.parameters
    .filter(({ origin }) => origin.kind === 'parameter' && origin.name.endsWith('.weight'))
    .map((weight): Tensor => sum(mul(weight, weight)))
    .reduce(add)
  const fit = mul(mean(binaryCrossEntropy(logits, target)), heads)
  const optimizer = adamW({ learningRate, beta2: 0.99 })
  const trainer = await openTrainer(add(fit, sum(mul(penalty, squares))), { optimizer })
  let diverged = false
  try {
    let kept = start(settings, random.fork('start'))
    trainer.load({ parameters: kept })
    const feed = batches(X, y, settings, random.fork('batches'))
    const strength = Float32Array.of(settings.penalty / (2 * n))
    for (let step = 0; step < steps; step++) {
      const rate = learningRate * Math.min(1, (step + 1) / WARM_UP)
      const { loss, gradientNorm } = await trainer.step(
        { ...feed(), penalty: strength },
        { learningRate: rate },
      )
      diverged = !Number.isFinite(loss + gradientNorm)
      if (diverged) break
      if (step % STEPS_A_BREATH === 0) await breathe(signal)
      if ((step + 1) % STEPS_A_COPY === 0 || step === steps - 1) {
        const parameters = trainer.parameters()
        diverged = !Object.values(parameters).every(allFinite)
        if (diverged) break
        kept = parameters
      }
    }
    return { d, heads, hidden, parameters: kept, diverged }
  } finally {
    await trainer.close()
  }
}

/** The probability of a 1 for every row of `X` (m × d, row-major): the mean over the heads. */
export function tableEnsembleShare(
  { d, heads, hidden, parameters }: TableEnsemble,
  X: Float32Array,
): Float64Array {
  const [weight, bias, out, level] = ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias'].map(
    (name) => parameters[name]!,
  ) as [Values, Values, Values, Values]
  const units = new Float64Array(hidden)
  return Float64Array.from({ length: X.length / d }, (_, row) => {
    let share = 0
    for (let head = 0; head < heads; head++) {
      units.set(bias.subarray(head * hidden, (head + 1) * hidden))
      for (let j = 0; j < d; j++) {
        const value = X[row * d + j]!
        if (value === 0) continue
        const from = (head * d + j) * hidden
        for (let u = 0; u < hidden; u++) units[u] = units[u]! + value * weight[from + u]!
      }
      let logit = level[head]!
      for (let u = 0; u < hidden; u++) logit += Math.max(units[u]!, 0) * out[head * hidden + u]!
      share += sigmoid(logit)
    }
    return share / heads
  })
}

/** Normal weights of variance 2 / inputs for the ReLUs (He et al. 2015) and 1 / inputs for the output; biases are 0. */
function start({ d, heads, hidden }: TableEnsembleSettings, random: Random): NamedValues {
  const draw = (length: number, scale: number) => Float32Array.from({ length }, () => scale * random.normal())
  return {
    'hidden.weight': draw(heads * d * hidden, Math.sqrt(2 / d)),
    'hidden.bias': new Float32Array(heads * hidden),
    'out.weight': draw(heads * hidden, Math.sqrt(1 / hidden)),
    'out.bias': new Float32Array(heads),
  }
}

/** The rows of one step after the other. */
function batches(
  X: Float32Array,
  y: ArrayLike<number>,
  { d, batch, mixup }: TableEnsembleSettings,
  random: Random,
): () => { x: Float32Array; y: Float32Array } {
  const n = y.length
  const drawn = batch !== undefined && batch < n
  const size = drawn ? batch : n
  const whole = { x: X, y: Float32Array.from(y) }
  if (!drawn && mixup === undefined) return () => whole
  const x = new Float32Array(size * d)
  const labels = new Float32Array(size)
  return () => {
    const rows = Array.from({ length: size }, (_, i) => (drawn ? random.int(n) : i))
    const others = mixup === undefined ? rows : random.shuffle([...rows])
    const share = mixup === undefined ? 1 : beta(mixup, random)
    for (let i = 0; i < size; i++) {
      const [a, b] = [rows[i]!, others[i]!]
      labels[i] = share * whole.y[a]! + (1 - share) * whole.y[b]!
      for (let j = 0; j < d; j++)
        x[i * d + j] = share === 1 ? X[a * d + j]! : share * X[a * d + j]! + (1 - share) * X[b * d + j]!
    }
    return { x, y: labels }
  }
}

/** A draw from Beta(α, α), α ≤ 1 (Jöhnk 1964). */
function beta(alpha: number, random: Random): number {
  for (;;) {
    const a = random.next() ** (1 / alpha)
    const b = random.next() ** (1 / alpha)
    if (a + b > 0 && a + b <= 1) return a / (a + b)
  }
}

const allFinite = (values: Values) => values.every(Number.isFinite)
