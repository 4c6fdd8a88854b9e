import { Argument, type Command, Option } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import { PROTOCOLS, type Protocol } from '../index.ts'
import { action, addVerb, type Context } from './context.ts'
import { aligned, day, printable } from './text.ts'
import { numberOption } from './values.ts'

const VERBS = ['create', 'list', 'revoke'] as const
type Given = [verb: (typeof VERBS)[number], what?: string]

/** Adds `tokens`: what lets players speak for a listener. */
export function addTokens(program: Command): void {
  addVerb(program, 'tokens', 'tokens with which players tell what is heard', [
    'tokens create "my phone"',
    'tokens create vlc --protocol audioscrobbler --listener ada',
    'tokens list',
    'tokens revoke 3',
  ])
    .addArgument(new Argument('[verb]', 'what to do').choices(VERBS).default('list'))
    .argument('[what]', 'the name of the player, or the number of its token')
    .addOption(
      new Option('--protocol <name>', 'what the player speaks').choices(PROTOCOLS).default('listenbrainz'),
    )
    .option('--listener <id>', 'whom the player speaks for (default: the only one there is)')
    .option('--new', 'the listener is new here')
    .action(
      action<Given, { protocol: Protocol }>(async (context, [verb, what], { protocol }) => {
        if (verb === 'list') return list(context, what)
        if (verb === 'create') return create(context, what, protocol)
        const id = numberOption('The number of the token', { min: 1, whole: true })(what ?? '')
        const engine = await context.engine()
        const owner = await engine.listener(await context.listener())
        const token = await engine.tokens.revoke(owner.id, id)
        context.out.document({ revoked: { ...token, listener: owner.name } })
        context.out.tell(`Token ${id}, ${printable(token.name)}, opens nothing any more.`)
      }),
    )
}

async function create(context: Context, name: string | undefined, protocol: Protocol): Promise<void> {
  if (!name?.trim()) throw unusable('A name for the player is missing')
  const engine = await context.engineOrNew()
  const owner = await engine.listener(await context.listenerToBegin())
  const { token, secret } = await engine.tokens.create(owner.id, name.trim(), protocol)
  context.out.document({ token: { ...token, listener: owner.name }, secret })
  context.out.say(secret)
  const entered =
    protocol === 'listenbrainz'
      ? 'Enter it as the ListenBrainz token, with the address of this server (http://127.0.0.1:4577) as the custom ListenBrainz URL.'
      : `Enter it as the password, with "${printable(owner.name)}" as the user name and the address of this server (http://127.0.0.1:4577/) as the scrobbler URL.`
  context.out.aside(`Keep it now: it cannot be shown again. ${entered}`)
}

async function list(context: Context, what: string | undefined): Promise<void> {
  if (what !== undefined) throw unusable(`"list" takes nothing, and not "${what}"`)
  const engine = await context.engine()
  const owner = await engine.listener(await context.listener())
  const tokens = await engine.tokens.list(owner.id)
  context.out.document({ tokens: tokens.map((token) => ({ ...token, listener: owner.name })) })
  if (tokens.length === 0)
    return context.out.tell(
      `No player speaks for ${printable(owner.name)} yet. "deepcuts tokens create NAME" makes a token for one.`,
    )
  const rows = tokens.map(({ id, name, protocol, createdAt, usedAt, revokedAt }) => [
    ...[String(id), printable(name), protocol, day(createdAt)],
    ...[usedAt === undefined ? '' : day(usedAt), revokedAt === undefined ? '' : `revoked ${day(revokedAt)}`],
  ])
  for (const line of aligned([['', 'player', 'protocol', 'made', 'used', ''], ...rows], [0]))
    context.out.say(line)
}

const unusable = (problem: string) =>
  new DeepcutsError('UNKNOWN_OPTION', { problem, command: 'deepcuts tokens' })
