/** Run as a worker thread by the tests of neighbours: opens a shared index and answers one query with the ids. */
import { parentPort, workerData } from 'node:worker_threads'
import { openShared, type SharedIndex } from '../src/neighbors/stored-index.ts'

const { shared, query, k } = workerData as { shared: SharedIndex; query: Float32Array; k: number }
const index = openShared(shared)
parentPort!.postMessage({ kind: index.kind, found: index.search(query, k) })
