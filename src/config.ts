import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DeepcutsError } from './core/errors.ts'

/** What one setting is: its value when absent, what it means, and how its text is read. */
interface Setting<T> {
  /** As it would be written; '' where there is none. */
  readonly absent: string
  readonly meaning: string
  /** What its text must be, in words. */
  readonly expected: string
  /** The value of a text; undefined for one that is none. */
  read(text: string): T | undefined
  /** Whether NAME_FILE may name the file that holds it, and no message ever repeats it. */
  readonly secret?: true
}

/** Every setting of the environment. Verbs' own options are on the verbs, and go before these. */
export const SETTINGS = {
  DEEPCUTS_DATA: text('./deepcuts-data', 'the data folder, unless --data names one'),
  DEEPCUTS_COMMUNITY: oneOf(
    ['on', 'off'],
    'off',
    '"on": what at least five listeners of this folder did counts for all of them: what is popular lately, what is heard and listed together, a model of everybody',
  ),
  DEEPCUTS_SECRET: secret(
    32,
    'what passwords of players are sealed by, in place of the key that the data folder holds; another one makes them worthless',
  ),
  DEEPCUTS_DEBUG: text('', 'anything but empty: an unexpected error shows where it happened'),
  DEEPCUTS_HOST: text(
    '127.0.0.1',
    'where `serve` listens; everything but 127.0.0.1 lets other machines in, unless --host says otherwise',
  ),
  DEEPCUTS_PORT: whole(
    0,
    65_535,
    4577,
    'the port of `serve`, unless --port says otherwise; 0: any that is free',
  ),
  DEEPCUTS_ALLOWED_HOSTS: list(
    'names that the server goes by beside those of this machine, without ports; those of --allow-host are added',
  ),
  DEEPCUTS_HTTPS: oneOf(
    ['on', 'off'],
    'off',
    '"on": a proxy before `serve` encrypts all connections, so that cookies are sent over no other',
  ),
  DEEPCUTS_SETUP: oneOf(
    ['here', 'anywhere'],
    'here',
    'from where the set-up link is taken; "anywhere" only where something else, such as a port published to 127.0.0.1 alone, keeps other machines out',
  ),
  DEEPCUTS_REQUESTS_PER_MINUTE: whole(
    1,
    1_000_000,
    6000,
    'how many requests a minute one key may send, or one address where no key is needed',
  ),
  DEEPCUTS_LOG_LEVEL: oneOf(
    ['auto', 'silent', 'error', 'warn', 'info', 'debug'],
    'auto',
    'how much `serve` logs; auto: warn where the log goes to a terminal, info elsewhere',
  ),
  DEEPCUTS_LOG_FILE: text('', 'the file that the log of `serve` is appended to; standard error where empty'),
  DEEPCUTS_UPLOAD_MB: whole(
    1,
    100_000,
    1024,
    'how large one file may be that is sent to be imported, in MB; those that wait together take four times as much at most',
  ),
  DEEPCUTS_TRAIN_HOURS: whole(
    0,
    8760,
    24,
    'after how many hours `serve` trains again by itself, where something new was heard; 0: never for that reason',
  ),
  DEEPCUTS_TRAIN_PLAYS: whole(
    0,
    10_000_000,
    500,
    'after how many new plays `serve` trains again by itself, and at most once an hour; 0: never for that reason',
  ),
  DEEPCUTS_TRAINING_MB: whole(
    128,
    10_000_000,
    2048,
    'how much memory the process of a training may take for what it computes with in JavaScript, in MB; a training that needs more is ended, and nothing else',
  ),
  DEEPCUTS_SHUTDOWN_SECONDS: whole(
    0,
    600,
    10,
    'how long `serve` waits for open requests when it is told to end, before it cuts them off',
  ),
} as const

type SettingName = keyof typeof SETTINGS
/** The settings as they are read, by their names. */
export type Settings = { readonly [N in SettingName]: Value<(typeof SETTINGS)[N]> }
type Value<S> = S extends Setting<infer T> ? T : never

/**
 * Reads the settings from an environment; an empty variable is an absent one.
 * @param read the text of the file at a path, for secrets that NAME_FILE names
 * @throws UNKNOWN_SETTING for a DEEPCUTS_… variable that is none of them, BAD_VALUE for a value that a setting cannot have
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Settings {
  const settings: readonly (readonly [string, Setting<unknown>])[] = Object.entries(SETTINGS)
  const names = settings.map(([name]) => name)
  const known = new Set(settings.flatMap(([name, { secret }]) => (secret ? [name, `${name}_FILE`] : [name])))
  const unknown = Object.keys(environment).find((name) => name.startsWith('DEEPCUTS_') && !known.has(name))
  if (unknown) throw new DeepcutsError('UNKNOWN_SETTING', { name: unknown, names: names.join(', ') })
  return Object.fromEntries(
    settings.map(([name, setting]) => [name, settingOf(name, setting, environment, read)]),
  ) as Settings
}

function settingOf(
  name: string,
  setting: Setting<unknown>,
  environment: Readonly<Record<string, string | undefined>>,
  read: (path: string) => string,
): unknown {
  const said = setting.secret ? secretOf(name, environment, read) : environment[name]
  const value = setting.read(said || setting.absent)
  if (value === undefined)
    throw new DeepcutsError('BAD_VALUE', {
      option: name,
      value: setting.secret ? 'something else' : (said ?? ''),
      expected: setting.expected,
    })
  return value
}

function secretOf(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  read: (path: string) => string,
): string | undefined {
  const [said, path] = [environment[name], environment[`${name}_FILE`]]
  if (!path) return said
  const refused = (value: string, expected: string) =>
    new DeepcutsError('BAD_VALUE', { option: `${name}_FILE`, value, expected })
  if (said) throw refused(path, `left out where ${name} is set`)
  try {
    return read(resolve(path)).trim()
  } catch {
    throw refused(path, 'the path of a file that can be read')
  }
}

function text(absent: string, meaning: string): Setting<string> {
  return { absent, meaning, expected: 'a text', read: (said) => said }
}

function oneOf<Word extends string>(words: readonly Word[], absent: Word, meaning: string): Setting<Word> {
  const expected = words.length === 2 ? words.join(' or ') : `one of ${words.join(', ')}`
  return { absent, meaning, expected, read: (said) => words.find((word) => word === said) }
}

function whole(min: number, max: number, absent: number, meaning: string): Setting<number> {
  return {
    absent: String(absent),
    meaning,
    expected: `a whole number from ${min} to ${max}`,
    read: (said) => (/^\d{1,15}$/.test(said) && +said >= min && +said <= max ? +said : undefined),
  }
}

/** Texts with commas between them. */
function list(meaning: string): Setting<readonly string[]> {
  return {
    absent: '',
    meaning,
    expected: 'texts with commas between them',
    read: (said) =>
      said
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== ''),
  }
}

/** A text that nobody may read: NAME_FILE may name the file that holds it instead. @param least characters it must have at least, where it is given */
function secret(least: number, meaning: string): Setting<string> {
  const fits = (said: string) => said === '' || said.length >= least
  return {
    absent: '',
    meaning,
    expected: `a text of at least ${least} characters`,
    read: (said) => (fits(said) ? said : undefined),
    secret: true,
  }
}
