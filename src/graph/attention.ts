import { relu, softmax } from './activations.ts'
import { add, mul, sub } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { normal, uniform } from './initializers.ts'
import { dense, dropout, normedLinear } from './layers.ts'
import { linear, matmul } from './products.ts'
import { flattened, reshape, reshapeFreely, sum, transpose } from './shaping.ts'
import { apply, applyMany, type Graph, type Size, same, show, type Tensor } from './tensor.ts'

/** Who may look at whom. */
export interface AttentionOptions {
  readonly heads: number
  /** A position sees itself and those before it alone. */
  readonly causal?: boolean
  /** [batch, length]: 1 where something is, 0 where a shorter sequence was padded. Default: no padding. */
  readonly present?: Tensor
}

/** What hides a position: far below any score, and finite, so that a row which sees nothing is no NaN. */
const HIDDEN = -1e9

/**
 * Multi-head scaled dot-product attention of a sequence to itself (Vaswani et al. 2017): [batch, length, width] → the same shape.
 * Nobody sees padding, and the row of a padded position is 0. Parameters: `name.qkv.weight` [width, 3 width] (queries, keys, values;
 * in each, head after head), `name.qkv.bias`, `name.out.weight` [width, width], `name.out.bias`.
 * @throws GraphError when length or width is not known, the heads do not divide the width, or `present` is not [batch, length]
 */
export function selfAttention(x: Tensor, name: string, options: AttentionOptions): Tensor {
  return attention(x, name, options, (weight, bias) => linear(flattened(x), weight, bias))
}

/** `selfAttention` whose queries, keys and values come from `project`. */
function attention(
  x: Tensor,
  name: string,
  options: AttentionOptions,
  project: (weight: Tensor, bias: Tensor) => Tensor,
): Tensor {
  const { heads, causal = false, present } = options
  const { batch, length, width } = sequences('selfAttention', name, x)
  if (!(Number.isInteger(heads) && heads > 0 && width % heads === 0))
    throw new GraphError(
      `selfAttention "${name}" of ${show(x.shape)}: ${heads} heads do not divide the width.`,
    )
  if (present && !same(present.shape, [batch, length]))
    throw new GraphError(
      `selfAttention "${name}" of ${show(x.shape)}: present is ${show([batch, length])}, not ${show(present.shape)}.`,
    )
  const g = x.graph
  const each = width / heads
  const weight = g.parameter(`${name}.qkv.weight`, [width, 3 * width], uniform(1 / Math.sqrt(width)))
  const bias = g.parameter(`${name}.qkv.bias`, [3 * width], uniform(1 / Math.sqrt(width)), { decay: false })
  // Scaling the weights of the queries scales the scores, and there are fewer of them.
  const scale = g.constant(Array.from({ length: 3 * width }, (_, i) => (i < width ? 1 / Math.sqrt(each) : 1)))
  const projected = project(mul(weight, scale), mul(bias, scale))
  // A reshape keeps ONNX Runtime from carrying this transpose through the split, where it would cost four.
  const stacked = transpose(reshapeFreely(projected, [batch, length, 3 * heads, each]), [2, 0, 1, 3])
  const pairs = reshapeFreely(stacked, [`${3 * heads}·${batch}`, length, each])
  const seen = visible(g, length, causal, present)
  const mixed = reshapeFreely(attend(pairs, heads, batch, seen), [heads, batch, length, each])
  const side = reshapeFreely(transpose(mixed, [1, 2, 0, 3]), [flattened(x).shape[0]!, width])
  const out = reshapeFreely(dense(side, width, `${name}.out`), x.shape)
  return present ? mul(out, reshape(present, [batch, length, 1])) : out
}

/**
 * A transformer block that normalises before each half: x + attention(norm(x)), then x + W₂ relu(W₁ norm(x)); [batch, length, width]
 * → the same shape. Dropout falls on what each half adds. `hidden` is the width between W₁ and W₂, four times that of x unless told.
 * Parameters: those of `selfAttention` as `name.attention`, of two norms as `name.norm1` and `.norm2`, of two dense layers as `.up` and `.down`.
 * @throws GraphError as `selfAttention` does
 */
export function transformerBlock(
  x: Tensor,
  name: string,
  options: AttentionOptions & { readonly hidden?: number; readonly dropout?: number },
): Tensor {
  const { width } = sequences('transformerBlock', name, x)
  const { hidden = 4 * width, dropout: rate = 0 } = options
  const looked = attention(x, `${name}.attention`, options, normedLinear(x, `${name}.norm1`))
  const middle = add(x, dropout(looked, rate, `${name}.attention.dropout`))
  const up = normedLinear(middle, `${name}.norm2`)
  const bound = uniform(1 / Math.sqrt(width))
  const weight = x.graph.parameter(`${name}.up.weight`, [width, hidden], bound)
  const wide = relu(up(weight, x.graph.parameter(`${name}.up.bias`, [hidden], bound, { decay: false })))
  const thought = reshapeFreely(dense(wide, width, `${name}.down`), x.shape)
  return add(middle, dropout(thought, rate, `${name}.down.dropout`))
}

/**
 * A learned vector of its own added at each position: [batch, length, width] → the same shape. Parameter: `name` [length, width],
 * normal around 0 with deviation 0.02.
 * @throws GraphError when length or width is not known
 */
export function addPositions(x: Tensor, name: string): Tensor {
  const { length, width } = sequences('addPositions', name, x)
  return add(x, x.graph.parameter(name, [length, width], normal(0.02), { decay: false }))
}

/** softmax(q kᵀ + hidden) v over the last two axes, for q, k and v stacked along the first. */
function attend(pairs: Tensor, heads: number, batch: Size, hidden: Tensor | undefined): Tensor {
  const [, length, each] = pairs.shape as [Size, number, number]
  const rows = `${heads}·${batch}`
  const shape = [rows, length, each]
  const parts = applyMany('Split', [pairs], [shape, shape, shape], { attributes: { axis: 0 } })
  const [q, k, v] = parts as [Tensor, Tensor, Tensor]
  const scores = matmul(q, transpose(k))
  const byHead = hidden && add(reshapeFreely(scores, [heads, batch, length, length]), hidden)
  const share = softmax(byHead ? reshapeFreely(byHead, scores.shape) : scores)
  return apply('MatMul', [share, v], shape, {
    sources: [pairs],
    gradient(dy, y) {
      // Σ_j share_j ∂share_j = Σ ∂y y: over the width of a head in place of the length (Dao et al. 2022).
      const level = sum(mul(dy, y), [-1], true)
      const slope = mul(share, sub(matmul(dy, transpose(v)), level))
      const found = [matmul(slope, k), matmul(transpose(slope), q), matmul(transpose(share), dy)]
      return [apply('Concat', found, pairs.shape, { attributes: { axis: 0 } })]
    },
  })
}

/** [length, length] or [batch, length, length]: 0 where a row sees a column. */
function visible(g: Graph, length: number, causal: boolean, present: Tensor | undefined): Tensor | undefined {
  const later = (i: number) => (i % length > Math.floor(i / length) ? HIDDEN : 0)
  const future = causal
    ? g.constant(
        Array.from({ length: length * length }, (_, i) => later(i)),
        [length, length],
      )
    : undefined
  if (!present) return future
  const missing = mul(sub(present, 1), -HIDDEN)
  const columns = reshape(missing, [present.shape[0]!, 1, length])
  return future ? add(columns, future) : columns
}

function sequences(layer: string, name: string, x: Tensor) {
  const [batch, length, width] = x.shape
  if (x.shape.length === 3 && typeof length === 'number' && typeof width === 'number')
    return { batch: batch!, length, width }
  throw new GraphError(
    `${layer} "${name}" of ${show(x.shape)}: x is [batch, length, width] with length and width known.`,
  )
}
