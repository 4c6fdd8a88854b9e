/** The second thread of the benchmark of neighbours: opens each index that it is handed, and answers one query. */
import { parentPort } from 'node:worker_threads'
import { openShared, type SharedIndex } from '../src/neighbors/stored-index.ts'

parentPort!.on('message', ({ shared, query }: { shared: SharedIndex; query: Float32Array }) => {
  parentPort!.postMessage(openShared(shared).search(query, 100).ids.length)
})
