import type { Command } from 'commander'
import { addVerb } from './context.ts'

export function addExplain(program: Command): void {
  addVerb(program, 'explain <track...>', 'why a track is, or is not, for you', ['explain 1234'])
}
