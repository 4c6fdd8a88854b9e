import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** What a request or a training is made of: everything under the root files. */
const PARTS = [
  ...[
    'core',
    'metrics',
    'graph',
    'store',
    'library',
    'ingest',
    'features',
    'collaborative',
    'taste',
    'model',
  ],
  ...['neighbors', 'candidates', 'rank', 'explore', 'mix', 'learn', 'accounts'],
]

/** DESIGN §3: folder of src → the folders it may import. `root` is the files directly in src. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  metrics: [],
  graph: [],
  store: ['core'],
  library: ['core', 'store'],
  ingest: ['core', 'library'],
  features: ['core', 'library', 'graph'],
  collaborative: ['core', 'graph'],
  taste: ['core', 'features', 'graph'],
  model: ['core', 'features', 'graph'],
  neighbors: ['core'],
  candidates: ['core', 'library', 'features', 'collaborative', 'taste', 'model', 'neighbors'],
  rank: ['core', 'features', 'model'],
  explore: ['core'],
  mix: ['core'],
  learn: ['core', 'metrics', 'library', 'features', 'graph', 'collaborative', 'taste', 'model', 'neighbors'],
  root: PARTS,
  'off-policy': ['core', 'metrics', 'model'],
  world: ['core', 'library'],
  bandits: ['core', 'graph'],
  loop: ['core', 'explore', 'mix', 'world'],
  evaluate: [...PARTS, 'root', 'off-policy', 'world', 'loop', 'bandits', 'report'],
  report: ['core', 'metrics', 'features', 'library', 'learn', 'model', 'taste', 'root'],
  map: ['core', 'metrics', 'library', 'features', 'model', 'learn', 'root', 'report'],
  accounts: ['core', 'store'],
  schemas: ['core'],
  jobs: ['core', 'root', 'evaluate'],
  http: ['core', 'root', 'schemas', 'accounts', 'jobs'],
  api: ['core', 'root', 'evaluate', 'accounts', 'jobs', 'schemas', 'http'],
  protocols: ['core', 'root', 'accounts', 'http'],
  server: ['core', 'root', 'accounts', 'jobs', 'schemas', 'http', 'api', 'protocols'],
  client: ['schemas'],
  cli: ['core', 'root', 'evaluate', 'report', 'map', 'jobs', 'server', 'client'],
}

/** Folders that may import another folder's types, but never its code. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = { client: ['schemas'] }

const ROOT_FILES = [
  'index.ts',
  'engine.ts',
  'continuing.ts',
  'learn-to-continue.ts',
  'recommend.ts',
  'drawing.ts',
  'ranking.ts',
  'serving.ts',
  'todays-mixes.ts',
  'kept-mixes.ts',
  'night.ts',
  'explain.ts',
  'forget.ts',
  'export-listener.ts',
  'seeds.ts',
  'similar.ts',
  'playlist-file.ts',
  'starting-point.ts',
  'taste-vectors.ts',
  'received.ts',
  'config.ts',
]
const REFUSED_FOLDERS = ['utils', 'common', 'types', 'helpers', 'services']

/** Path inside src, with `/`, → source text. */
type Sources = ReadonlyMap<string, string>

interface Import {
  readonly specifier: string
  readonly typeOnly: boolean
}

/** Every broken rule of the layout as a sentence that names the rule, the file and the import; [] when all is well. */
function violations(sources: Sources): string[] {
  return [...sources]
    .flatMap(([file, text]) => [
      ...placement(file),
      ...boundaries(file, text),
      ...sql(file, text),
      ...undocumented(file, text),
    ])
    .concat(cycles(sources))
}

function folderOf(file: string): string {
  const parts = file.split('/')
  return parts.length === 1 ? 'root' : parts[0]!
}

function placement(file: string): string[] {
  const folders = file.split('/').slice(0, -1)
  const broken = folders
    .filter((folder) => REFUSED_FOLDERS.includes(folder))
    .map((folder) => `No folder is named "${folder}" (DESIGN §3: name the noun): src/${file}.`)
  if (folders.length > 1)
    broken.push(`Nothing in src is deeper than src/folder/file.ts (DESIGN §3): src/${file}.`)
  if (folders.length === 0 && !ROOT_FILES.includes(file))
    broken.push(`Directly in src are only ${ROOT_FILES.join(', ')} (DESIGN §3): src/${file}.`)
  if (!(folderOf(file) in MAY_IMPORT))
    broken.push(`The folder of src/${file} is not in the table of DESIGN §3: add its line there and here.`)
  return broken
}

function boundaries(file: string, text: string): string[] {
  const from = folderOf(file)
  const allowed = MAY_IMPORT[from] ?? []
  const name = (folder: string) => (folder === 'root' ? 'the root files' : folder)
  return importsOf(file, text).flatMap(({ specifier, typeOnly }) => {
    if (!specifier.startsWith('.')) return []
    const target = join(dirname(file), specifier)
    if (target.startsWith('..'))
      return [`Files of src import only from src (DESIGN §3): src/${file} imports ${specifier}.`]
    const to = folderOf(target)
    if (to === from) return []
    if (!allowed.includes(to)) {
      const list = allowed.map(name).join(', ') || 'nothing'
      return [
        `${name(from)} may import ${list} (DESIGN §3), not ${name(to)}: src/${file} imports ${specifier}.`,
      ]
    }
    if (!typeOnly && TYPES_ONLY[from]?.includes(to))
      return [
        `${name(from)} may import only types of ${name(to)} (DESIGN §3): src/${file} imports code of ${specifier}.`,
      ]
    return []
  })
}

function sql(file: string, text: string): string[] {
  if (folderOf(file) === 'store') return []
  return /\bSELECT\b[^;]{0,400}?\bFROM\b|\bINSERT INTO\b/.test(text)
    ? [`All SQL is in src/store (DESIGN §3): src/${file} holds a statement.`]
    : []
}

function undocumented(file: string, text: string): string[] {
  const source = parse(file, text)
  const missing: string[] = []
  const check = (node: ts.Node, name: string) => {
    if (!ts.getJSDocCommentsAndTags(node).some(ts.isJSDoc))
      missing.push(
        `Every exported function says in a /** … */ what it does: ${name} in src/${file} does not.`,
      )
  }
  for (const statement of source.statements) {
    if (!ts.canHaveModifiers(statement)) continue
    if (!ts.getModifiers(statement)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)) continue
    if (ts.isFunctionDeclaration(statement)) check(statement, statement.name?.text ?? 'the default export')
    if (ts.isVariableStatement(statement))
      for (const { initializer, name } of statement.declarationList.declarations)
        if (initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)))
          check(statement, name.getText(source))
  }
  return missing
}

/** Import cycles between files, type-only imports included; one sentence a cycle. */
function cycles(sources: Sources): string[] {
  const graph = new Map(
    [...sources].map(([file, text]) => [
      file,
      importsOf(file, text)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => join(dirname(file), specifier)),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file)
    if (start >= 0) {
      const round = [...path.slice(start), file].map((name) => `src/${name}`)
      found.push(`Files never import each other in a circle (DESIGN §12): ${round.join(' → ')}.`)
      return
    }
    if (done.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}

/** Static imports, re-exports, `import()` and `import('…')` types. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ specifier: specifier.text, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true)
    ts.forEachChild(node, visit)
  }
  visit(parse(file, text))
  return found
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
}

const SRC = join(import.meta.dirname, '../src')
const ours: Sources = new Map(
  readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(SRC, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
)

describe('the layout of src', () => {
  it('keeps the dependency rule, the depth, the names, SQL in one place, a docstring on every exported function, and no cycles', () => {
    expect(ours.size).toBeGreaterThan(10)
    expect(violations(ours)).toEqual([])
  })
})

describe('the architecture check', () => {
  const say = (files: Record<string, string>) => violations(new Map(Object.entries(files)))

  it('accepts what the table allows', () => {
    expect(
      say({
        'core/track.ts': 'export interface Track {}',
        'library/catalog.ts':
          "import type { Track } from '../core/track.ts'\nimport { x } from '../store/store.ts'",
        'cli/main.ts': "import { recommend } from '../recommend.ts'\nimport { Command } from 'commander'",
        'engine.ts': "import { train } from './learn/train.ts'\nimport { config } from './config.ts'",
      }),
    ).toEqual([])
  })

  it.each([
    ['a static import', "import { train } from '../learn/train.ts'"],
    ['an import of a type', "import type { Training } from '../learn/train.ts'"],
    ['a re-export', "export { train } from '../learn/train.ts'"],
    ['a dynamic import', "const train = await import('../learn/train.ts')"],
    ['the type of an import', "let training: import('../learn/train.ts').Training"],
  ])('refuses %s across a boundary', (_, text) => {
    expect(say({ 'mix/daily.ts': text })).toEqual([
      'mix may import core (DESIGN §3), not learn: src/mix/daily.ts imports ../learn/train.ts.',
    ])
  })

  it('refuses imports that leave src, and code where only types may cross', () => {
    expect(say({ 'core/a.ts': "import x from '../../test/x.ts'" })).toHaveLength(1)
    expect(say({ 'client/client.ts': "import type { Mix } from '../schemas/mixes.ts'" })).toEqual([])
    expect(say({ 'client/client.ts': "import { Mix } from '../schemas/mixes.ts'" })[0]).toContain(
      'only types of schemas',
    )
  })

  it('refuses deep files, strange root files, unnamed folders and folders that name nothing', () => {
    expect(say({ 'mix/formats/xspf.ts': '' })[0]).toContain('deeper than src/folder/file.ts')
    expect(say({ 'stuff.ts': '' })[0]).toContain('Directly in src are only')
    expect(say({ 'player/play.ts': '' })[0]).toContain('not in the table')
    expect(say({ 'utils/array.ts': '' })[0]).toContain('No folder is named "utils"')
  })

  it('refuses a circle of imports, also one of types', () => {
    const circle = say({
      'core/a.ts': "import type { B } from './b.ts'",
      'core/b.ts': "import type { C } from './c.ts'",
      'core/c.ts': "import type { A } from './a.ts'",
    })
    expect(circle).toEqual([
      'Files never import each other in a circle (DESIGN §12): src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts.',
    ])
  })

  it('refuses SQL outside the store', () => {
    const text = 'const rows = `SELECT id\nFROM tracks`'
    expect(say({ 'store/duckdb.ts': text })).toEqual([])
    expect(say({ 'library/catalog.ts': text })[0]).toContain('All SQL is in src/store')
    expect(say({ 'library/log.ts': "run('INSERT INTO plays VALUES (1)')" })[0]).toContain('All SQL')
  })

  it('asks for a docstring on exported functions, arrow functions too, and not on others', () => {
    expect(say({ 'core/a.ts': 'export function bare() {}' })[0]).toContain('bare in src/core/a.ts')
    expect(say({ 'core/a.ts': '// no\nexport const arrow = () => 1' })[0]).toContain('arrow in src/core/a.ts')
    expect(say({ 'core/a.ts': '/** Yes. */\nexport const arrow = () => 1\nfunction inner() {}' })).toEqual([])
  })
})
