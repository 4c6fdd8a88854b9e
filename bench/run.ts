import { type Bench, type Figure, inFolder, machine } from './measure.ts'

/** Every benchmark by name; each is loaded only when it is run. */
const BENCHES: Readonly<Record<string, () => Promise<{ readonly default: Bench }>>> = {
  import: () => import('./import.ts'),
  mix: () => import('./mix.ts'),
  explore: () => import('./explore.ts'),
  temperatures: () => import('./temperatures.ts'),
  'cold-start': () => import('./cold-start.ts'),
  graph: () => import('./graph.ts'),
  likability: () => import('./likability.ts'),
  hetrec: () => import('./hetrec.ts'),
  neighbors: () => import('./neighbors.ts'),
  'many-listeners': () => import('./many-listeners.ts'),
  recommend: () => import('./recommend.ts'),
  serve: () => import('./serve.ts'),
  'off-policy': () => import('./off-policy.ts'),
}
/** What follows the name of one of these is for it. */
const TAKE_ARGUMENTS = [
  'likability',
  'hetrec',
  'neighbors',
  'recommend',
  'many-listeners',
  'off-policy',
  'serve',
]

const words = process.argv.slice(2)
const last = words.findIndex((word) => TAKE_ARGUMENTS.includes(word)) + 1 || words.length
const names = words.slice(0, last)
const args = words.slice(last)
const unknown = names.filter((name) => !(name in BENCHES))
if (names.length === 0 || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no benchmark ${name}.`)
  console.log(`npm run bench -- NAME …   after npm run build\n\n${Object.keys(BENCHES).join('\n')}`)
  process.exit(unknown.length > 0 ? 2 : 0)
}

for (const name of names) {
  const { default: bench } = await BENCHES[name]!()
  const figures = await inFolder(bench, TAKE_ARGUMENTS.includes(name) ? args : [])
  if (figures.length === 0) continue
  const width = Math.max(...figures.map((figure) => figure.name.length))
  const units = Math.max(6, ...figures.map((figure) => figure.unit.length))
  for (const figure of figures) {
    const { value, unit, atMost, ci95 } = figure
    const promised =
      atMost === undefined ? '' : `   promised ≤ ${atMost}${value <= atMost ? '' : '   MISSED'}`
    const interval = ci95 ? ` ${ci95.map((end) => told(end, figure)).join(' to ')}` : ''
    console.log(
      `${figure.name.padEnd(width)}  ${told(value, figure).padStart(9)} ${unit.padEnd(units)}${promised}${interval}`,
    )
  }
  const command = ['npm run bench --', name, ...(TAKE_ARGUMENTS.includes(name) ? args : [])].join(' ')
  console.log(
    JSON.stringify({ bench: name, command, date: new Date().toISOString(), machine: machine(), figures }),
  )
}

function told(value: number, { digits }: Figure): string {
  if (digits !== undefined) return value.toFixed(digits)
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)
}
