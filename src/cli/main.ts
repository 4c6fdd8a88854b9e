#!/usr/bin/env node
import { endOf, runCommandLine } from './command-line.ts'
import { endQuietlyWithReader } from './output.ts'

const args = process.argv.slice(2)
endQuietlyWithReader()
process.on('uncaughtException', (error) => process.exit(endOf(args, error)))
await runCommandLine(args)
