/** The numbers that say how a graph's columns are to be read. */
export interface GraphShape {
  /** Links that a node has at most in the lowest layer, and in each above. */
  readonly width: number
  readonly upperWidth: number
  /** Where every search starts: a node of the highest layer. */
  readonly entry: number
  /** Layers above the lowest. */
  readonly layers: number
}

/** Which nodes are near which. */
export interface GraphLinks {
  readonly shape: GraphShape
  /** nodes × width numbers of nodes, −1 behind the last: the links of the lowest layer. */
  readonly links: Int32Array
  /** Where a node's links of the layers above start in `upper`, from the first layer on; −1 where it has none. */
  readonly upperAt: Int32Array
  /** upperWidth numbers for each node and layer. */
  readonly upper: Int32Array
}

/** A layered graph of near vectors (HNSW, Malkov & Yashunin 2018) as columns: they lie in a file, and threads share them. */
export interface Graph extends GraphLinks {
  readonly dimension: number
  /** nodes × dimension, fixed point: a number x of a vector of length one is round(x · 32767). */
  readonly vectors: Int16Array
}

/** A number of a vector of length one in fixed point is this many times itself. */
export const FIXED = 32767

/** The nodes found, nearest first, and their cosine with the query. Overwritten by the next search. */
export interface Found {
  readonly size: number
  readonly nodes: Int32Array
  readonly scores: Float64Array
}

/** Searches a graph. One of these is for one thread. */
export interface GraphSearch {
  /** The nodes nearest to a query of length one, as far as a walk that keeps `breadth` candidates finds them. */
  near(query: Float32Array, breadth: number): Found
}

/** Makes ready to search a graph: a byte for each node is kept to tell which were seen. */
export function graphSearch(graph: Graph): GraphSearch {
  const { dimension, vectors, links, upper, upperAt } = graph
  const { width, upperWidth, entry, layers } = graph.shape
  const seen = new Uint8Array(vectors.length / dimension)
  let search = 0
  let nodes = new Int32Array(0)
  let scores = new Float64Array(0)
  let open = new Uint8Array(0)
  let size = 0
  const target = new Float64Array(dimension)
  const asked = new Int32Array(Math.max(width, upperWidth))
  const answers = new Float64Array(asked.length)

  const score = (node: number): number => {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    let j = 0
    let at = node * dimension
    for (; j + 3 < dimension; j += 4, at += 4) {
      a += target[j]! * vectors[at]!
      b += target[j + 1]! * vectors[at + 1]!
      c += target[j + 2]! * vectors[at + 2]!
      d += target[j + 3]! * vectors[at + 3]!
    }
    for (; j < dimension; j++, at++) a += target[j]! * vectors[at]!
    return a + b + c + d
  }

  /** The node of a layer to which no linked one is nearer. */
  const climb = (from: number, layer: number): number => {
    let [best, least] = [from, score(from)]
    for (let moved = true; moved; ) {
      moved = false
      const start = upperAt[best]! + (layer - 1) * upperWidth
      for (let i = start; i < start + upperWidth && upper[i]! >= 0; i++) {
        const value = score(upper[i]!)
        if (value <= least) continue
        least = value
        best = upper[i]!
        moved = true
      }
    }
    return best
  }

  /** Keeps a candidate in its place, the nearest first; returns the place. */
  const keep = (node: number, value: number, breadth: number): number => {
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >> 1
      if (scores[middle]! >= value) low = middle + 1
      else high = middle
    }
    if (size < breadth) size++
    nodes.copyWithin(low + 1, low, size - 1)
    scores.copyWithin(low + 1, low, size - 1)
    open.copyWithin(low + 1, low, size - 1)
    nodes[low] = node
    scores[low] = value
    open[low] = 1
    return low
  }

  return {
    near(query, breadth) {
      if (nodes.length < breadth) {
        nodes = new Int32Array(breadth)
        scores = new Float64Array(breadth)
        open = new Uint8Array(breadth)
      }
      for (let j = 0; j < dimension; j++) target[j] = query[j]! / FIXED
      search = search === 255 ? 1 : search + 1
      if (search === 1) seen.fill(0)
      size = 0
      let start = entry
      for (let layer = layers; layer > 0; layer--) start = climb(start, layer)
      seen[start] = search
      keep(start, score(start), breadth)
      for (let next = 0; next < size; ) {
        if (open[next] === 0) {
          next++
          continue
        }
        open[next] = 0
        let count = 0
        const from = nodes[next]! * width
        for (let i = from; i < from + width; i++) {
          const node = links[i]!
          if (node < 0) break
          if (seen[node] === search) continue
          seen[node] = search
          asked[count++] = node
        }
        for (let i = 0; i < count; i++) answers[i] = score(asked[i]!)
        for (let i = 0; i < count; i++) {
          if (size === breadth && answers[i]! <= scores[size - 1]!) continue
          next = Math.min(next, keep(asked[i]!, answers[i]!, breadth))
        }
      }
      return { size, nodes, scores }
    },
  }
}
