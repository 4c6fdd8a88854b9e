#!/usr/bin/env node
import { type Argument, Command, CommanderError } from 'commander'
import { addDoctor } from './doctor.ts'
import { reportError } from './errors.ts'
import { addEvaluate } from './evaluate.ts'
import { addExclude } from './exclude.ts'
import { addExplain } from './explain.ts'
import { addImport } from './import.ts'
import { addImports } from './imports.ts'
import { addMix } from './mix.ts'
import { endQuietlyWithReader } from './output.ts'
import { addRun } from './run.ts'
import { addSayings } from './say.ts'
import { addSplit } from './split.ts'
import { addTrain } from './train.ts'
import { addUndo } from './undo.ts'
import { packageFacts } from './version.ts'

const program = new Command('deepcuts')
  .description('Mixes from your own listening history, with a reason on every track. Offline.')
  .usage('<verb> [options]')
  .version(packageFacts().version, '-V, --version', 'the version')
  .helpOption('-h, --help', 'this help; "deepcuts <verb> --help" for a verb')
  .helpCommand(false)
  .exitOverride()
  .configureOutput({ writeErr: () => {} })
  .configureHelp({ subcommandTerm: (verb) => [verb.name(), ...verb.registeredArguments.map(term)].join(' ') })
  .addHelpText(
    'after',
    '\nBegin with:\n  deepcuts run                        try it with an invented listener\n' +
      '  deepcuts run my_spotify_data.zip    your own mixes, from a Spotify export',
  )

for (const add of [
  addRun,
  addMix,
  addExplain,
  addSayings,
  addUndo,
  addImport,
  addImports,
  addExclude,
  addSplit,
  addTrain,
  addEvaluate,
  addDoctor,
])
  add(program)

endQuietlyWithReader()
process.on('uncaughtException', (error) => process.exit(ended(error)))
try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = ended(error)
}

/** Tells how the run ended, and gives its exit status. */
function ended(error: unknown): number {
  const { command, words } = commandOf(process.argv.slice(2))
  if (!(error instanceof CommanderError && error.code === 'commander.help'))
    return reportError(error, words, process.argv.includes('--json'))
  command.outputHelp()
  return 0
}

function term(argument: Argument): string {
  const text = argument.variadic ? `${argument.name()} …` : argument.name()
  return argument.required ? `<${text}>` : `[${text}]`
}

/** The command that the command line names, and how to call it. */
function commandOf(given: readonly string[]): { command: Command; words: string } {
  let command: Command = program
  let words = program.name()
  for (const word of given) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) break
    command = next
    words += ` ${word}`
  }
  return { command, words }
}
