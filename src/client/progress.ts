import { type Ask, type Asking, pause } from './request.ts'

/** States after which nothing comes. */
const OVER: readonly unknown[] = ['done', 'failed', 'cancelled']
const PAUSE_MS = 1000

/**
 * What server-sent events tell, as it comes, until it is over; taken up again where the connection broke.
 * @throws Problem, and the signal's reason
 */
export async function* progressOf<T extends { readonly state: unknown }>(
  ask: Ask,
  route: string,
  given: Readonly<Record<string, unknown>> & Asking,
  retries: number,
): AsyncGenerator<T> {
  let seen: string | undefined
  for (let broken = 0; ; broken++) {
    const headers = { accept: 'text/event-stream', ...(seen !== undefined && { 'last-event-id': seen }) }
    try {
      const response = await ask(route, given, { headers })
      for await (const { id, data } of eventsIn(response)) {
        broken = 0
        seen = id ?? seen
        const told = JSON.parse(data) as T
        yield told
        if (OVER.includes(told.state)) return
      }
    } catch (error) {
      if (!(error instanceof TypeError) || given.signal?.aborted || broken >= retries) throw error
    }
    await pause(PAUSE_MS, given.signal)
  }
}

interface ServerEvent {
  readonly id?: string
  readonly data: string
}

/** The events of a stream (HTML standard, 9.2): blocks of lines with an empty one after each. */
async function* eventsIn(response: Response): AsyncGenerator<ServerEvent> {
  let rest = ''
  for await (const piece of piecesOf(response)) {
    const blocks = (rest + piece).split(/\r?\n\r?\n/)
    rest = blocks.pop()!
    for (const block of blocks) {
      const fields = block.split(/\r?\n/).map((line) => /^(\w+): ?(.*)$/.exec(line))
      const of = (name: string) => fields.flatMap((field) => (field?.[1] === name ? [field[2]!] : []))
      const data = of('data')
      const [id] = of('id')
      if (data.length > 0) yield { data: data.join('\n'), ...(id !== undefined && { id }) }
    }
  }
}

/** The text of a response as it comes. */
async function* piecesOf({ body }: Response): AsyncGenerator<string> {
  const reader = body!.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      yield decoder.decode(value, { stream: true })
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** The JSON values of a response of lines, as they come. */
export async function* linesIn(response: Response): AsyncGenerator<unknown> {
  let rest = ''
  for await (const piece of piecesOf(response)) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (line.trim()) yield JSON.parse(line)
  }
  if (rest.trim()) yield JSON.parse(rest)
}
