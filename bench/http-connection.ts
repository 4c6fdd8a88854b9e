import { connect, type Socket } from 'node:net'

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly token: string
  readonly body?: string
  readonly type?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

/** One connection that is kept open, with one request at a time: it costs the machine less than a full client, so that the server is measured. */
export interface HttpConnection {
  /** @throws Error when the connection ends before the answer does */
  ask(request: HttpRequest): Promise<HttpAnswer>
  close(): void
}

const END_OF_HEAD = '\r\n\r\n'

/** Opens a connection to a server at `http://HOST:PORT`, whose answers say how long they are. */
export async function openConnection(address: string): Promise<HttpConnection> {
  const { hostname, port, host } = new URL(address)
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let waiting: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | undefined
  let pieces: Buffer[] = []
  let [received, wanted] = [0, Number.POSITIVE_INFINITY]
  const fail = (error: Error) => {
    waiting?.reject(error)
    waiting = undefined
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('The connection ended.')))
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece)
    received += piece.length
    if (wanted === Number.POSITIVE_INFINITY) {
      const all = pieces.length === 1 ? piece : Buffer.concat(pieces)
      pieces = [all]
      const end = all.indexOf(END_OF_HEAD)
      if (end < 0) return
      const length = /\r\ncontent-length: (\d+)/i.exec(all.toString('latin1', 0, end))?.[1]
      wanted = end + END_OF_HEAD.length + Number(length ?? 0)
    }
    if (received < wanted) return
    const all = Buffer.concat(pieces)
    pieces = []
    ;[received, wanted] = [0, Number.POSITIVE_INFINITY]
    const status = Number(all.toString('latin1', 9, 12))
    const body = all.toString('utf8', all.indexOf(END_OF_HEAD) + END_OF_HEAD.length)
    const { resolve } = waiting!
    waiting = undefined
    resolve({ status, body })
  })
  return {
    ask({ method, path, token, body, type = 'application/json' }) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        const content =
          body === undefined ? '' : `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
        socket.write(
          `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\n${content}\r\n${body ?? ''}`,
        )
      })
    },
    close: () => void socket.destroy(),
  }
}
