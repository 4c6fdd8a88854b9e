import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { DeepcutsError } from '../core/errors.ts'
import type { Engine } from '../engine.ts'
import { action, addVerb } from './context.ts'
import { whyTrain } from './models.ts'
import type { Output } from './output.ts'
import { takenOutBy } from './taken-out.ts'
import { count, day, many, paragraph, percent, printable } from './text.ts'
import { packageFacts } from './version.ts'

/** One thing that was looked at. `advice`: works, but something would help. */
interface Finding {
  readonly check: string
  readonly state: 'ok' | 'advice' | 'problem'
  readonly text: string
}

const FEW_WITH_AUDIO = 0.5
/** Of so many listeners the names are told. */
const NAMED = 5

/** Adds `doctor`: looks at everything that can be wrong, and says what to do next. */
export function addDoctor(program: Command): void {
  addVerb(program, 'doctor', 'check this installation and your data, and say what to do next', [
    'doctor',
  ]).action(
    action(async (context) => {
      const { out } = context
      const findings = [nodeVersion(), folderState(context.folder)]
      let several = false
      if (existsSync(context.folder) && findings.every(({ state }) => state !== 'problem')) {
        const opened = await found('store', async () => void (await context.engine()))
        if (opened) findings.push(opened)
        else {
          const engine = await context.engine()
          findings.push(...(await dataFindings(engine, context.community)))
          several = (await engine.library.listeners.list()).length > 1
        }
      }
      const next = nextStep(findings, several)
      const healthy = findings.every(({ state }) => state !== 'problem')
      out.document({ healthy, data: context.folder, findings, next })
      for (const finding of findings) showFinding(finding, out)
      out.aside(next, '→ ')
      if (!healthy) context.exit(1)
    }),
  )
}

function nodeVersion(): Finding {
  const { node: needed } = packageFacts()
  const { node } = process.versions
  const enough = node.localeCompare(needed, 'en', { numeric: true }) >= 0
  return enough
    ? { check: 'node', state: 'ok', text: `Node ${node}` }
    : { check: 'node', state: 'problem', text: `Node ${node} is too old: install ${needed} or a newer one.` }
}

function folderState(folder: string): Finding {
  let nearest = folder
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  try {
    accessSync(nearest, constants.W_OK)
  } catch {
    return {
      check: 'folder',
      state: 'problem',
      text: new DeepcutsError('STORE_READ_ONLY', { path: folder }).message,
    }
  }
  return existsSync(folder)
    ? { check: 'folder', state: 'ok', text: `${folder} can be written to` }
    : { check: 'folder', state: 'advice', text: `${folder} does not exist yet; the first import makes it.` }
}

async function dataFindings(engine: Engine, community: boolean): Promise<Finding[]> {
  const { library } = engine
  const { store } = library
  const { value } = await store.read('meta', ['value'], { where: { key: 'schemaVersion' } })
  const people = await library.listeners.list()
  const { listener: played } = await store.read('plays', ['listener'], { where: { hidden: 0 } })
  const [plays, contributors] = [played.length, new Set(played).size]
  const silent = people.length - contributors
  const findings: Finding[] = [
    { check: 'store', state: 'ok', text: `the store opens, schema version ${value[0] ?? 'unknown'}` },
    plays > 0
      ? {
          check: 'plays',
          state: 'ok',
          text: `${many(plays, 'play')} of ${many(contributors, 'listener')}${silent > 0 ? `; ${count(silent)} more without plays` : ''}`,
        }
      : { check: 'plays', state: 'advice', text: 'no plays yet: import a listening history' },
  ]
  const catalog = await found('catalog', async () => findings.push(await catalogState(engine)))
  if (catalog) findings.push(catalog)
  const without: string[] = []
  for (const person of people) {
    findings.push(...(await exclusionState(engine, person, people.length > 1)))
    const model = await modelState(engine, person, people.length > 1)
    if (model) findings.push(model)
    else without.push(person.name)
  }
  findings.push(...(await everybodyState(engine, contributors, community)))
  if (without.length > 0) findings.push({ check: 'model', state: 'advice', text: noModelOf(without, people) })
  return findings
}

/** Whether everybody's model may serve: of fewer than five nothing is made that others see. */
async function everybodyState(
  { library }: Engine,
  contributors: number,
  community: boolean,
): Promise<Finding[]> {
  const { EVERYBODY, LEAST_LISTENERS } = await import('../index.ts')
  const active = await library.models.active(EVERYBODY)
  if (!active) return []
  const model = `model ${active.version} of everybody, made ${day(active.at)}`
  if (contributors < LEAST_LISTENERS)
    return [
      {
        check: 'shared',
        state: 'advice',
        text: `${model}, does not serve: it takes ${LEAST_LISTENERS} listeners with plays, and ${contributors === 1 ? 'there is 1' : `there are ${contributors}`}`,
      },
    ]
  const text = !community
    ? `${model}, does not serve while DEEPCUTS_COMMUNITY is off`
    : `${model}, serves who has none of their own`
  return [{ check: 'shared', state: 'ok', text }]
}

interface Person {
  readonly id: number
  readonly name: string
  readonly timeZone: string
}

async function exclusionState(engine: Engine, person: Person, several: boolean): Promise<Finding[]> {
  const rules = (await engine.library.exclusions.list(person.id)).map(({ rule }) => rule)
  if (rules.length === 0) return []
  const plays = await takenOutBy(engine, person, rules)
  const text = `${many(rules.length, 'rule')}${several ? ` of ${person.name}` : ''}: ${plays === 0 ? 'no play so far' : many(plays, 'play')}`
  return [{ check: 'exclude', state: 'ok', text }]
}

function noModelOf(names: readonly string[], people: readonly Person[]): string {
  if (people.length === 1) return 'nothing has been learned yet; likes count without a model'
  const more = names.length > NAMED ? ` and ${count(names.length - NAMED)} more` : ''
  return `nothing has been learned yet of ${names.slice(0, NAMED).join(', ')}${more}; likes count without a model`
}

/** Whether the model is whole, and what is known now was learned from; undefined where there is none. */
async function modelState(engine: Engine, person: Person, several: boolean): Promise<Finding | undefined> {
  const { name } = person
  const whose = several ? ` of ${name}` : ''
  try {
    const { manifest } = await engine.model(name)
    const why = await whyTrain(engine, person)
    const text = `model ${manifest.version}${whose}, made ${day(manifest.at)}, is whole${why ? `, but ${why}` : ''}`
    return { check: 'model', state: why ? 'advice' : 'ok', text }
  } catch (error) {
    if (!(error instanceof DeepcutsError)) throw error
    if (error.code === 'NO_MODEL') return undefined
    return { check: 'model', state: 'problem', text: error.message }
  }
}

async function catalogState({ library }: Engine): Promise<Finding> {
  const { hasAudio } = await import('../index.ts')
  const catalog = await library.catalog()
  let withAudio = 0
  for (let row = 0; row < catalog.size; row++) if (hasAudio(catalog, row)) withAudio++
  const { identifier } = await library.store.read('plays', ['identifier'], { where: { hidden: 0 } })
  const covered = identifier.filter((id) => hasAudio(catalog, catalog.rowOfIdentifier[id] ?? -1)).length
  const share = identifier.length > 0 ? covered / identifier.length : Number.NaN
  const withShare = catalog.size > 0 ? withAudio / catalog.size : 0
  const text = `${many(catalog.size, 'track')} known, ${percent(withShare)} with audio features`
  return share < FEW_WITH_AUDIO
    ? {
        check: 'catalog',
        state: 'advice',
        text: `${text}; only ${percent(share)} of the plays have them. A catalog of tracks with audio features makes discovery possible: "deepcuts import tracks.csv".`,
      }
    : {
        check: 'catalog',
        state: catalog.size > 0 ? 'ok' : 'advice',
        text: `${text}${Number.isNaN(share) ? '' : `; ${percent(share)} of the plays have them`}`,
      }
}

/** What went wrong in the work, as a finding; undefined when nothing did. */
async function found(check: string, work: () => Promise<unknown>): Promise<Finding | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof DeepcutsError) return { check, state: 'problem', text: error.message }
    throw error
  }
}

function nextStep(findings: readonly Finding[], several: boolean): string {
  const state = (check: string) => findings.find((finding) => finding.check === check)?.state
  if (findings.some((finding) => finding.state === 'problem'))
    return 'Mend what is marked ✗, and ask the doctor again.'
  if (state('plays') !== 'ok' && state('catalog') === 'ok')
    return 'Next: "deepcuts mix" has songs to begin with, and "deepcuts import my_spotify_data.zip" makes it yours.'
  if (state('plays') !== 'ok')
    return 'Next: "deepcuts run my_spotify_data.zip", or "deepcuts run" for the demo.'
  const marked = findings.filter((finding) => finding.state === 'advice').map(({ check }) => check)
  const verdict = marked.length > 0 ? `Look at what is marked ! (${marked.join(', ')}).` : 'All is well.'
  const verb = state('model') === 'ok' ? 'mix' : 'train'
  return `${verdict} Next: "deepcuts ${verb}${several ? ' --listener NAME' : ''}".`
}

function showFinding({ check, state, text }: Finding, out: Output): void {
  const { style } = out
  const mark = state === 'ok' ? style.good('✓') : state === 'advice' ? style.accent('!') : style.bad('✗')
  out.say(paragraph(printable(text), out.width, `${mark} ${check.padEnd(7)}  `))
}
