import { type Bench, inFolder, machine } from './measure.ts'

/** Every benchmark by name; each is loaded only when it is run. */
const BENCHES: Readonly<Record<string, () => Promise<{ readonly default: Bench }>>> = {
  import: () => import('./import.ts'),
  mix: () => import('./mix.ts'),
  'cold-start': () => import('./cold-start.ts'),
  graph: () => import('./graph.ts'),
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !(name in BENCHES))
if (names.length === 0 || unknown.length > 0) {
  for (const name of unknown) console.error(`There is no benchmark ${name}.`)
  console.log(`npm run bench -- NAME …   after npm run build\n\n${Object.keys(BENCHES).join('\n')}`)
  process.exit(unknown.length > 0 ? 2 : 0)
}

for (const name of names) {
  const { default: bench } = await BENCHES[name]!()
  const figures = await inFolder(bench)
  const width = Math.max(...figures.map((figure) => figure.name.length))
  for (const { name: what, value, unit, atMost } of figures) {
    const promised =
      atMost === undefined ? '' : `   promised ≤ ${atMost}${value <= atMost ? '' : '   MISSED'}`
    console.log(`${what.padEnd(width)}  ${short(value).padStart(9)} ${unit.padEnd(6)}${promised}`)
  }
  const command = `npm run bench -- ${name}`
  console.log(
    JSON.stringify({ bench: name, command, date: new Date().toISOString(), machine: machine(), figures }),
  )
}

function short(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(2)
}
