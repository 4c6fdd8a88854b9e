import { randomUUID } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import { createInterface } from 'node:readline'
import { DeepcutsError, type ErrorCode } from '../core/errors.ts'
import type { VerbRequest, VerbSaid } from '../server/local.ts'
import type { DrawnProgress } from './progress-bar.ts'
import type { RunningServer } from './server-file.ts'
import type { Terminal } from './terminal.ts'

/** Settings that a verb keeps to wherever it runs. */
const CARRIED = ['DEEPCUTS_DEBUG']

/**
 * Runs a command line in the server that owns the data, and says here what it says there, as it says it. Ctrl-C stops it there.
 * @returns the exit status
 * @throws SERVER_LOST
 */
export async function askServer(
  server: RunningServer,
  { args, folder }: { readonly args: readonly string[]; readonly folder: string },
  terminal: Terminal,
): Promise<number> {
  const { timeZone, width, colours, environment } = terminal
  const run = randomUUID()
  const asked: VerbRequest = {
    run,
    args: [...args],
    folder,
    workingFolder: terminal.folder,
    environment: Object.fromEntries(
      CARRIED.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
    ),
    timeZone,
    width,
    colours,
  }
  const quiet = args.includes('--quiet')
  const drawn = quiet ? undefined : await terminal.drawProgress()
  const stopper = terminal.stopper(() => {
    drawn?.stop()
    if (!quiet && !args.includes('--json')) terminal.write('stderr', 'Stopping…\n')
    void send(server, 'DELETE', `/v1/verbs/${run}`)
      .then((answer) => answer.resume())
      .catch(() => undefined)
  })
  try {
    const answer = await send(server, 'POST', '/v1/verbs', asked)
    if (answer.statusCode !== 200) throw await refusal(server, answer)
    for await (const line of createInterface({ input: answer, crlfDelay: Infinity })) {
      const said = JSON.parse(line) as VerbSaid
      if ('end' in said) return said.end
      show(said, terminal, drawn)
    }
  } catch (error) {
    throw lost(server, error)
  } finally {
    drawn?.stop()
    stopper.release()
  }
  throw lost(server, new Error('its answer stops in the middle'))
}

/** Has the server copy its data of this moment. @returns the folder of the copy, which is the caller's to remove. @throws SERVER_LOST */
export async function askForCopy(server: RunningServer): Promise<string> {
  try {
    const answer = await send(server, 'POST', '/v1/verbs/copies')
    if (answer.statusCode !== 200) throw await refusal(server, answer)
    return (JSON.parse(await textOf(answer)) as { folder: string }).folder
  } catch (error) {
    throw lost(server, error)
  }
}

function show(said: VerbSaid, terminal: Terminal, drawn: DrawnProgress | undefined): void {
  if ('stdout' in said) terminal.write('stdout', said.stdout)
  else if ('stderr' in said) terminal.write('stderr', said.stderr)
  else if ('stage' in said) drawn?.stage(...said.stage)
  else if ('at' in said) drawn?.at(...said.at)
  else if ('progress' in said) drawn?.[said.progress]()
}

function send(
  { address, token }: RunningServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const asking = request(address + path, { method, headers: { authorization: `Bearer ${token}`, ...type } })
    asking.on('response', resolve).on('error', reject)
    asking.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of answer.setEncoding('utf8')) text += part
  return text
}

/** What the server refused, as the error that it is. */
async function refusal({ address }: RunningServer, answer: IncomingMessage): Promise<Error> {
  const { code, detail } = JSON.parse(await textOf(answer)) as { code?: ErrorCode; detail?: string }
  const problem = detail?.replace(/\.$/, '') ?? `status ${answer.statusCode}`
  return new DeepcutsError('SERVER_LOST', { address, problem }, { cause: code })
}

function lost({ address }: RunningServer, error: unknown): Error {
  if (error instanceof DeepcutsError) return error
  const { code, message } = error as NodeJS.ErrnoException
  const problem =
    code === 'ECONNRESET' || message === 'aborted' ? 'the connection broke off' : (code ?? message)
  return new DeepcutsError('SERVER_LOST', { address, problem }, { cause: error })
}
