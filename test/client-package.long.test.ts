import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

const PROGRAM = `
import { type Answer, createClient, Problem } from 'deepcuts/client'

const client = createClient({ url: 'http://127.0.0.1:1', retries: 0 })
export async function use(): Promise<void> {
  const mix: Answer<'recommendations'> = await client.recommendations({ listener: 'ada', n: 5 })
  const kind: 'familiar' | 'new' = mix.tracks[0]!.familiarity
  for await (const { name } of client.each('listeners', {})) console.log(name.length, kind)
  for await (const { state } of client.progress({ listener: 'ada', job: 'x' })) console.log(state)
  await client.sendEvents('ada', [{ type: 'listen', track: { title: 'x' }, finished: true }])
  // @ts-expect-error: a number is asked for
  await client.recommendations({ listener: 'ada', n: 'five' })
  // @ts-expect-error: whose?
  await client.recommendations({ n: 5 })
  // @ts-expect-error: no list
  client.each('health', {})
  // @ts-expect-error: no such event
  await client.sendEvent({ listener: 'ada', body: { type: 'dance', track: { title: 'x' } } })
}
const failed = await client.health().catch((error: unknown) => error)
console.log(failed instanceof TypeError, failed instanceof Problem, Object.keys(client).length > 50)
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deepcuts-consumer-'))
  const home = join(folder, 'node_modules/deepcuts')
  mkdirSync(home, { recursive: true })
  copyFileSync(join(ROOT, 'package.json'), join(home, 'package.json'))
  const run = (script: string, out: string) =>
    execFileSync(process.execPath, [join(ROOT, 'scripts', script), join(home, out)], { cwd: ROOT })
  run('build.mjs', 'dist')
  run('client-types.mjs', 'dist/types')
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'use.ts'), PROGRAM)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the published client', () => {
  it('is declared without any other package, and without what nobody knows', () => {
    const types = join(folder, 'node_modules/deepcuts/dist/types/client')
    for (const file of readdirSync(types)) {
      const text = readFileSync(join(types, file), 'utf8')
      const imports = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1]!)
      expect(imports.every((path) => path.startsWith('./'))).toBe(true)
      expect(text.replaceAll(/\/\*\*.*?\*\//gs, '')).not.toMatch(/: any\b/)
    }
  })

  it.each(['nodenext', 'bundler'])(
    'compiles in a project with %s resolution, and runs',
    (moduleResolution) => {
      const module = moduleResolution === 'nodenext' ? 'nodenext' : 'esnext'
      const compilerOptions = {
        ...{ strict: true, target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
        ...{ module, moduleResolution, outDir: 'out' },
      }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }))
      const printed = (() => {
        try {
          return execFileSync(process.execPath, [TSC, '-p', folder]).toString()
        } catch (error) {
          return String((error as { stdout?: Buffer }).stdout)
        }
      })()
      expect(printed).toBe('')
      expect(execFileSync(process.execPath, ['out/use.js'], { cwd: folder }).toString()).toBe(
        'true false true\n',
      )
    },
  )
})
