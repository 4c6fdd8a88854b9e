import { add } from './arithmetic.ts'
import { GraphError } from './errors.ts'
import { show, type Tensor } from './tensor.ts'

/**
 * The gradients of a scalar with respect to tensors, by reverse-mode differentiation: tensors of the same graph.
 * @throws GraphError when the loss is not a scalar or does not depend on one of them
 */
export function gradients(loss: Tensor, of: readonly Tensor[]): Tensor[] {
  if (loss.shape.length > 0)
    throw new GraphError(
      `The loss has shape ${show(loss.shape)}; take its mean or sum to make it one number.`,
    )
  const found = new Map<Tensor, Tensor>([[loss, loss.graph.constant(1)]])
  for (const tensor of backwards(loss)) {
    const dy = found.get(tensor)
    if (!dy || tensor.origin.kind !== 'node') continue
    const { sources, gradient } = tensor.origin.node
    const parts = gradient?.(dy, tensor) ?? []
    for (const [i, source] of sources.entries()) {
      const part = parts[i]
      if (!part || !source.differentiable) continue
      const before = found.get(source)
      found.set(source, before ? add(before, part) : part)
    }
  }
  return of.map((tensor) => {
    const gradient = found.get(tensor)
    if (gradient) return gradient
    const name = 'name' in tensor.origin ? `"${tensor.origin.name}"` : 'a tensor'
    throw new GraphError(`The loss does not depend on ${name}; leave it out or use it.`)
  })
}

/** What the loss depends on, each after everything that depends on it. */
function backwards(loss: Tensor): Tensor[] {
  const order: Tensor[] = []
  const seen = new Set<Tensor>()
  const stack: { readonly tensor: Tensor; next: number }[] = [{ tensor: loss, next: 0 }]
  seen.add(loss)
  while (stack.length > 0) {
    const top = stack.at(-1)!
    const sources = top.tensor.origin.kind === 'node' ? top.tensor.origin.node.sources : []
    const child = sources[top.next++]
    if (child === undefined) {
      order.push(top.tensor)
      stack.pop()
    } else if (child.differentiable && !seen.has(child)) {
      seen.add(child)
      stack.push({ tensor: child, next: 0 })
    }
  }
  return order.reverse()
}
