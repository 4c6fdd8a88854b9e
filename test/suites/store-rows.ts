import type { Write } from '../../src/store/store.ts'

type Insert = Extract<Write, { readonly insert: 'feedback' }>

/** Feedback rows with the given ids; what is not given is "nothing said". */
export function feedback(ids: readonly number[], columns: Partial<Insert['columns']> = {}): Insert {
  const all = <V>(value: V) => ids.map(() => value)
  return {
    insert: 'feedback',
    columns: {
      id: ids,
      import: all(0),
      listener: all(1),
      kind: all('like'),
      identifier: all(0),
      artist: all(''),
      at: all(Number.NaN),
      until: all(Number.NaN),
      undone: all(0),
      ...columns,
    },
  }
}
