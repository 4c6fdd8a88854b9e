import { type Argument, Command, CommanderError } from 'commander'
import { addBackup } from './backup.ts'
import { typedIn } from './context.ts'
import { addDial } from './dial.ts'
import { addDoctor } from './doctor.ts'
import { reportError } from './errors.ts'
import { addEvaluate } from './evaluate.ts'
import { addExclude } from './exclude.ts'
import { addExplain } from './explain.ts'
import { addExport } from './export.ts'
import { addExposures } from './exposures.ts'
import { addForget } from './forget.ts'
import { addImport } from './import.ts'
import { addImports } from './imports.ts'
import { addKeys } from './keys.ts'
import { addMap } from './map.ts'
import { addMix } from './mix.ts'
import { addModels } from './models.ts'
import { addReport } from './report.ts'
import { addRestore } from './restore.ts'
import { addRun } from './run.ts'
import { addSayings } from './say.ts'
import { addServe } from './serve.ts'
import { addSimilar } from './similar.ts'
import { addSplit } from './split.ts'
import { ownTerminal, type Terminal } from './terminal.ts'
import { addTokens } from './tokens.ts'
import { addTrain } from './train.ts'
import { addUndo } from './undo.ts'
import { packageFacts } from './version.ts'

/** Runs one command line, without the words `node main.js`; tells errors, and leaves the exit status with the terminal. */
export async function runCommandLine(
  args: readonly string[],
  terminal: Terminal = ownTerminal(),
): Promise<void> {
  try {
    const program = makeProgram()
    typedIn(program, args, terminal)
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    terminal.exit(endOf(args, error, terminal))
  }
}

/** Tells how a run ended, and gives its exit status. */
export function endOf(args: readonly string[], error: unknown, terminal: Terminal = ownTerminal()): number {
  const { command, words } = commandOf(args)
  if (!(error instanceof CommanderError && error.code === 'commander.help'))
    return reportError(error, words, args.includes('--json'), terminal)
  command.outputHelp()
  return 0
}

function makeProgram(): Command {
  const program = new Command('deepcuts')
    .description('Mixes from your own listening history, with a reason on every track. Offline.')
    .usage('<verb> [options]')
    .version(packageFacts().version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'this help; "deepcuts <verb> --help" for a verb')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({
      subcommandTerm: (verb) => [verb.name(), ...verb.registeredArguments.map(term)].join(' '),
    })
    .addHelpText(
      'after',
      '\nBegin with:\n  deepcuts run                        try it with an invented listener\n' +
        '  deepcuts run my_spotify_data.zip    your own mixes, from a Spotify export',
    )

  for (const add of [
    addRun,
    addMix,
    addDial,
    addExplain,
    addSimilar,
    addSayings,
    addUndo,
    addImport,
    addImports,
    addExclude,
    addSplit,
    addTrain,
    addModels,
    addEvaluate,
    addExposures,
    addExport,
    addForget,
    addReport,
    addMap,
    (to: Command) => addServe(to, runCommandLine),
    addKeys,
    addBackup,
    addRestore,
    addTokens,
    addDoctor,
  ])
    add(program)
  return program
}

function term(argument: Argument): string {
  const text = argument.variadic ? `${argument.name()} …` : argument.name()
  return argument.required ? `<${text}>` : `[${text}]`
}

/** The command that the command line names, and how to call it. */
function commandOf(given: readonly string[]): { command: Command; words: string } {
  let command = makeProgram()
  let words = command.name()
  for (const word of given) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) break
    command = next
    words += ` ${word}`
  }
  return { command, words }
}
