import { type FileHandle, open } from 'node:fs/promises'
import { breathe } from '../core/breathe.ts'
import type { GraphLinks } from './graph.ts'

/** Sizes in bytes of the library's file: the shape of the vectors, what it says of itself, of its graph, of a node. */
const SHAPE = 8
const ABOUT = 64
const GRAPH = 40
const NODE = 10
/** Bytes read at a time. */
const CHUNK = 1 << 22

/**
 * The links in a file that usearch 2.25 wrote. The layout is that of its `index.hpp` and `index_dense.hpp`: vectors, two headers, the layer of each
 * node, and for each node a key, its layer, and a counted list of links for each layer from the lowest on.
 * @throws Error when the file is of another layout, or the signal's reason
 */
export async function readUsearchLinks(path: string, signal?: AbortSignal): Promise<GraphLinks> {
  const file = await open(path)
  try {
    const shape = await readAt(file, 0, SHAPE)
    const at = SHAPE + shape.readUInt32LE(0) * shape.readUInt32LE(4)
    const about = await readAt(file, at, ABOUT + GRAPH)
    if (about.toString('latin1', 0, 7) !== 'usearch')
      throw new Error(`${path} is not as usearch 2.25 writes it.`)
    const told = (i: number) => Number(about.readBigUInt64LE(ABOUT + 8 * i))
    const [count, upperWidth, width, layers, entry] = [told(0), told(1), told(2), told(3), told(4)]
    const levels = await readAt(file, at + ABOUT + GRAPH, 2 * count)
    const upperAt = new Int32Array(count).fill(-1)
    let above = 0
    for (let node = 0; node < count; node++) {
      const level = levels.readInt16LE(2 * node)
      if (level > 0) upperAt[node] = above
      above += level * upperWidth
    }
    const links = new Int32Array(count * width).fill(-1)
    const upper = new Int32Array(above).fill(-1)
    const bytesOf = (level: number) => NODE + 4 + 4 * width + level * (4 + 4 * upperWidth)
    let offset = at + ABOUT + GRAPH + 2 * count
    for (let node = 0; node < count; ) {
      const first = node
      let length = 0
      while (node < count && length < CHUNK) length += bytesOf(levels.readInt16LE(2 * node++))
      const bytes = await readAt(file, offset, length)
      offset += length
      let from = 0
      for (let one = first; one < node; one++) {
        let list = from + NODE
        const level = levels.readInt16LE(2 * one)
        for (let layer = 0; layer <= level; layer++) {
          const [to, place, most] =
            layer === 0
              ? [links, one * width, width]
              : [upper, upperAt[one]! + (layer - 1) * upperWidth, upperWidth]
          const size = bytes.readUInt32LE(list)
          for (let i = 0; i < size; i++) to[place + i] = bytes.readUInt32LE(list + 4 + 4 * i)
          list += 4 + 4 * most
        }
        from += bytesOf(level)
      }
      await breathe(signal)
    }
    if (offset !== (await file.stat()).size) throw new Error(`${path} is not as usearch 2.25 writes it.`)
    return { links, upper, upperAt, shape: { width, upperWidth, entry, layers } }
  } finally {
    await file.close()
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done)
    if (bytesRead === 0) throw new Error('The file became shorter while it was read.')
    done += bytesRead
  }
  return bytes
}
