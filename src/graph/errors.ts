/** A graph that cannot be built, trained or run as asked; the message is a sentence that names the operation and the shapes. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
}
