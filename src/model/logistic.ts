/** A linear model of log-odds: `bias + weights · row`. */
export interface Logistic {
  readonly weights: Float64Array
  readonly bias: number
}

export interface LogisticSettings {
  /** Columns of `X`. */
  readonly d: number
  /** Strength of the penalty, on the scale of a mean loss. */
  readonly l2: number
  /** One non-negative weight a row; every row counts 1 when absent. */
  readonly weights?: ArrayLike<number>
  readonly maxIterations?: number
  /** Stops when no part of the gradient is larger. */
  readonly tolerance?: number
}

const MEMORY = 10

/**
 * Fits L2-regularised logistic regression by L-BFGS (Nocedal & Wright, "Numerical Optimization", algorithm 7.4), with
 * an exact enough line search that needs no further pass over the data.
 *
 * It minimises Σ wᵢ · logloss(yᵢ, pᵢ) / Σ wᵢ + l2/2 · |weights|²; the bias is not penalised. (scikit-learn's C is 1 / (l2 · n).)
 * @param X n × d, row-major, already scaled, without NaN
 * @param y n labels, 0 or 1
 */
export function fitLogistic(X: Float32Array, y: ArrayLike<number>, settings: LogisticSettings): Logistic {
  const { d, l2, maxIterations = 200, tolerance = 1e-5 } = settings
  const n = y.length
  const share = shares(n, settings.weights)
  const theta = startingPoint(y, share, d)
  const z = new Float64Array(n).fill(theta[d]!)
  let gradient = gradientAt(X, y, share, z, theta, l2)
  const memory: Step[] = []
  const slope = new Float64Array(n)

  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (largest(gradient) <= tolerance) break
    let direction = descent(gradient, memory)
    if (dot(direction, gradient) >= 0) {
      memory.length = 0
      direction = gradient.map((g) => -g)
    }
    multiply(X, direction, slope)
    const length = lineSearch({ y, share, z, slope, theta, direction, l2 })
    if (!(length > 0)) {
      if (memory.length === 0) break
      memory.length = 0
      continue
    }
    for (let j = 0; j <= d; j++) theta[j] = theta[j]! + length * direction[j]!
    for (let i = 0; i < n; i++) z[i] = z[i]! + length * slope[i]!
    const next = gradientAt(X, y, share, z, theta, l2)
    remember(
      memory,
      direction.map((p) => length * p),
      next.map((g, j) => g - gradient[j]!),
    )
    gradient = next
  }
  return { weights: theta.slice(0, d), bias: theta[d]! }
}

/** The log-odds of one row of `X` (row-major, as wide as the model). */
export function logit(model: Logistic, X: Float32Array, row: number): number {
  const { weights, bias } = model
  const d = weights.length
  let sum = bias
  for (let j = 0, at = row * d; j < d; j++, at++) sum += weights[j]! * X[at]!
  return sum
}

/** The log-odds of `n` rows (all rows of `X` when absent; say it for a model without columns). */
export function logits(model: Logistic, X: Float32Array, n = X.length / model.weights.length): Float64Array {
  return Float64Array.from({ length: n }, (_, row) => logit(model, X, row))
}

/** The probabilities of `n` rows (all rows of `X` when absent). */
export function predict(model: Logistic, X: Float32Array, n = X.length / model.weights.length): Float64Array {
  return logits(model, X, n).map(sigmoid)
}

/** 1 / (1 + e⁻ᶻ), without overflow. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z))
  const e = Math.exp(z)
  return e / (1 + e)
}

function shares(n: number, weights: ArrayLike<number> | undefined): Float64Array {
  const share = Float64Array.from({ length: n }, (_, i) => weights?.[i] ?? 1)
  const total = share.reduce((sum, w) => sum + w, 0)
  return share.map((w) => w / total)
}

/** All weights 0 and the bias at the base rate's log-odds; the bias is the last element. */
function startingPoint(y: ArrayLike<number>, share: Float64Array, d: number): Float64Array {
  let rate = 0
  for (let i = 0; i < share.length; i++) rate += share[i]! * y[i]!
  const bounded = Math.min(Math.max(rate, 1e-6), 1 - 1e-6)
  const theta = new Float64Array(d + 1)
  theta[d] = Math.log(bounded / (1 - bounded))
  return theta
}

function gradientAt(
  X: Float32Array,
  y: ArrayLike<number>,
  share: Float64Array,
  z: Float64Array,
  theta: Float64Array,
  l2: number,
): Float64Array {
  const d = theta.length - 1
  const gradient = new Float64Array(d + 1)
  for (let i = 0, at = 0; i < share.length; i++, at += d) {
    const residual = share[i]! * (sigmoid(z[i]!) - y[i]!)
    gradient[d] = gradient[d]! + residual
    for (let j = 0; j < d; j++) gradient[j] = gradient[j]! + residual * X[at + j]!
  }
  for (let j = 0; j < d; j++) gradient[j] = gradient[j]! + l2 * theta[j]!
  return gradient
}

/** out = X · direction + its bias part. */
function multiply(X: Float32Array, direction: Float64Array, out: Float64Array): void {
  const d = direction.length - 1
  const bias = direction[d]!
  for (let i = 0, at = 0; i < out.length; i++, at += d) {
    let sum = bias
    for (let j = 0; j < d; j++) sum += direction[j]! * X[at + j]!
    out[i] = sum
  }
}

interface Step {
  readonly s: Float64Array
  readonly y: Float64Array
  readonly rho: number
}

function remember(memory: Step[], s: Float64Array, y: Float64Array): void {
  const curvature = dot(s, y)
  if (curvature <= 1e-14 * dot(y, y)) return
  memory.push({ s, y, rho: 1 / curvature })
  if (memory.length > MEMORY) memory.shift()
}

/** −H·gradient by the two-loop recursion. */
function descent(gradient: Float64Array, memory: readonly Step[]): Float64Array {
  const q = gradient.slice()
  const alphas = new Float64Array(memory.length)
  for (let k = memory.length - 1; k >= 0; k--) {
    const step = memory[k]!
    alphas[k] = step.rho * dot(step.s, q)
    add(q, -alphas[k]!, step.y)
  }
  const last = memory[memory.length - 1]
  // 4: the log-loss of a standardised column has a curvature of at most 1/4.
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 4
  for (let j = 0; j < q.length; j++) q[j] = q[j]! * scale
  for (let k = 0; k < memory.length; k++) {
    const step = memory[k]!
    add(q, alphas[k]! - step.rho * dot(step.y, q), step.s)
  }
  return q.map((value) => -value)
}

interface Line {
  readonly y: ArrayLike<number>
  readonly share: Float64Array
  readonly z: Float64Array
  readonly slope: Float64Array
  readonly theta: Float64Array
  readonly direction: Float64Array
  readonly l2: number
}

/**
 * The step length where the convex objective along the direction is nearly flat (a tenth of its first slope), by
 * safeguarded Newton on its derivative; 0 when nothing is gained.
 */
function lineSearch(line: Line): number {
  const start = along(line, 0)
  let low = 0
  let high = Number.POSITIVE_INFINITY
  let length = 1
  for (let step = 0; step < 20; step++) {
    const { first, second } = along(line, length)
    if (Math.abs(first) <= 0.1 * Math.abs(start.first)) return length
    if (first < 0) low = length
    else high = length
    const newton = length - first / second
    const limit = high === Number.POSITIVE_INFINITY ? 10 * length : high
    length = newton > low && newton < limit ? newton : high === limit ? (low + high) / 2 : limit
  }
  return low
}

/** First and second derivative of the objective by the step length. */
function along(line: Line, length: number): { first: number; second: number } {
  const { y, share, z, slope, theta, direction, l2 } = line
  let first = 0
  let second = 0
  for (let i = 0; i < z.length; i++) {
    const p = sigmoid(z[i]! + length * slope[i]!)
    const weighted = share[i]! * slope[i]!
    first += weighted * (p - y[i]!)
    second += weighted * slope[i]! * p * (1 - p)
  }
  for (let j = 0; j < direction.length - 1; j++) {
    first += l2 * direction[j]! * (theta[j]! + length * direction[j]!)
    second += l2 * direction[j]! ** 2
  }
  return { first, second }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function add(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + factor * source[i]!
}

function largest(values: Float64Array): number {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}
