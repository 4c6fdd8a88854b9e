import { Argument, type Command, Option } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { ApiKey, KeyScope } from '../index.ts'
import { action, addVerb, type Context } from './context.ts'
import { aligned, day, printable } from './text.ts'
import { numberOption } from './values.ts'

const VERBS = ['create', 'list', 'revoke', 'setup-link'] as const
/** Who did it, for the log of what administrators did. */
const COMMAND_LINE = 'command line'
const SCOPES: readonly KeyScope[] = ['listener', 'app', 'admin']

/** Adds `keys`: what lets programs ask the server. */
export function addKeys(program: Command): void {
  addVerb(program, 'keys', 'keys with which programs ask the server', [
    'keys create "my player" --listener ada',
    'keys create "my app" --scope app',
    'keys list',
    'keys revoke 3',
    'keys setup-link',
  ])
    .addArgument(new Argument('[verb]', 'what to do').choices(VERBS).default('list'))
    .argument(
      '[what]',
      'the name of a new key, the number of one, or whose link it is: setup-link makes the first account, or lets one that is there set another password',
    )
    .addOption(
      new Option(
        '--scope <scope>',
        'listener: about one listener alone; app: about all of them; admin: everything (default: listener)',
      ).choices(SCOPES),
    )
    .option('--listener <id>', 'whose key it is, for the scope listener (default: the only one there is)')
    .action(
      action<[verb: (typeof VERBS)[number], what?: string], { scope?: KeyScope }>(
        async (context, [verb, what], { scope = 'listener', listener }) => {
          if (verb === 'list') return list(context, what)
          if (verb === 'create') return create(context, what, scope, listener)
          if (verb === 'setup-link') return setupLink(context, what)
          const id = numberOption('The number of the key', { min: 1, whole: true })(what ?? '')
          const { library, accounts } = await context.engine()
          const key = await library.keys.revoke(id)
          await accounts.audit.append(COMMAND_LINE, 'key revoked', { key: id })
          context.out.document({ revoked: key })
          context.out.tell(`Key ${id}, ${printable(key.name)}, opens nothing any more.`)
        },
      ),
    )
}

async function create(
  context: Context,
  name: string | undefined,
  scope: KeyScope,
  listener: string | undefined,
): Promise<void> {
  if (!name?.trim()) throw unusable('A name for the key is missing')
  if (scope !== 'listener' && listener !== undefined)
    throw unusable(`A key of the scope ${scope} is of no one listener: leave --listener out`)
  const { library, accounts } = await context.engineOrNew()
  const owner =
    scope === 'listener' ? await library.listeners.get(listener ?? (await context.listener())) : undefined
  const { key, token } = await library.keys.create(name.trim(), scope, owner?.id)
  const whose = owner === undefined ? {} : { listener: owner.id }
  await accounts.audit.append(COMMAND_LINE, 'key made', { key: key.id, scope, ...whose })
  context.out.document({ key, token })
  context.out.say(token)
  context.out.aside(
    `Key ${key.id} is ${owner ? `about ${printable(owner.name)} alone` : `of the scope ${scope}`}. Keep it now: it cannot be shown again. Programs send it as "Authorization: Bearer KEY".`,
  )
}

/** A link for the first account; once there is one, for the account that is named, or the only administrator's. */
async function setupLink(context: Context, name: string | undefined): Promise<void> {
  const { accounts } = await context.engineOrNew()
  const first = await accounts.setupLink()
  const known = await accounts.list()
  const admins = known.filter(({ admin }) => admin)
  const account =
    name === undefined
      ? admins.length === 1
        ? admins[0]
        : undefined
      : known.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (!first && !account) {
    const names = known.map((one) => printable(one.name)).join(', ')
    throw unusable(
      name === undefined ? `Say whose link: ${names}` : `Nobody of that name has an account: ${names}`,
    )
  }
  const link = first ?? (await accounts.resetLink(account!.id))
  if (!first) await accounts.audit.append(COMMAND_LINE, 'password link made', { account: account!.id })
  context.out.document({ link, ...(account && !first && { account: account.id }) })
  context.out.say(link.path)
  context.out.aside(
    `Open it at the address of the server, such as http://127.0.0.1:${context.settings.DEEPCUTS_PORT}${link.path.split('#')[0]}#… It works once, until ${new Date(link.expiresAt).toISOString().slice(0, 16).replace('T', ' ')} UTC, and ${first ? 'makes the first account' : `lets ${printable(account!.name)} set another password`}.`,
  )
}

async function list(context: Context, what: string | undefined): Promise<void> {
  if (what !== undefined) throw unusable(`"list" takes nothing, and not "${what}"`)
  const { library } = await context.engine()
  const keys = await library.keys.list()
  const names = await library.listeners.names()
  const whose = ({ listener }: ApiKey) => (listener === undefined ? '' : (names.get(listener) ?? ''))
  context.out.document({
    keys: keys.map((key) => ({ ...key, ...(key.listener && { listener: whose(key) }) })),
  })
  if (keys.length === 0)
    return context.out.tell('There is no key yet. "deepcuts keys create NAME" makes one.')
  const rows = keys.map((key) => [
    String(key.id),
    printable(key.name),
    key.scope,
    printable(whose(key)),
    day(key.createdAt),
    key.usedAt === undefined ? '' : day(key.usedAt),
    key.revokedAt === undefined ? '' : `revoked ${day(key.revokedAt)}`,
  ])
  const head = ['', 'name', 'scope', 'listener', 'made', 'used', '']
  for (const line of aligned([head, ...rows], [0])) context.out.say(line)
}

const unusable = (problem: string) =>
  new DeepcutsError('UNKNOWN_OPTION', { problem, command: 'deepcuts keys' })
