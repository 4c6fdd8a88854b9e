// Writes the declarations of the client to dist/types/client/, or below the folder given, with the shapes of every route spelled out: whoever uses the
// client needs nothing else to compile it, and compiles it quickly.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'

const ROOT = join(import.meta.dirname, '..')
const outDir = resolve(process.argv[2] ?? 'dist/types')
const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.build.json'), ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent({ ...config, include: ['src/client'] }, ts.sys, ROOT)
const program = ts.createProgram([join(ROOT, 'src/client/client.ts')], { ...options, outDir })
const checker = program.getTypeChecker()

/** A type in full: no name of another file in it but those of the platform. */
function written(type) {
  if (type.flags & ts.TypeFlags.Union && !(type.flags & ts.TypeFlags.Boolean))
    return [...new Set(type.types.map(written))]
      .join(' | ')
      .replace(/\b(?:false \| true|true \| false)\b/, 'boolean')
  if (type.isStringLiteral() || type.isNumberLiteral()) return JSON.stringify(type.value)
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return checker.typeToString(type)
  const name = type.symbol?.name
  if (name === 'Blob' || name === 'Uint8Array') return name
  if (checker.isArrayType(type)) return `readonly (${written(checker.getTypeArguments(type)[0])})[]`
  const index = checker.getIndexTypeOfType(type, ts.IndexKind.String)
  const fields = checker.getPropertiesOfType(type).map((property) => {
    const optional = property.flags & ts.SymbolFlags.Optional
    const value = checker.getTypeOfSymbol(property)
    return `${JSON.stringify(property.name)}${optional ? '?' : ''}: ${written(optional && !(value.flags & ts.TypeFlags.Unknown) ? checker.getNonNullableType(value) : value)}`
  })
  return `{ ${[...fields, ...(index ? [`[key: string]: ${written(index)}`] : [])].join('; ')} }`
}

const routes = program.getSourceFile(join(ROOT, 'src/client/routes.ts'))
const declared = routes.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === 'Routes')
const shapes = checker.getPropertiesOfType(checker.getTypeAtLocation(declared))
const spelled = [
  '/** What each route takes and answers; `stream` where it tells how something goes, until it is over, `lines` where it answers lines of JSON. */',
  'export interface Routes {',
  ...shapes.map((route) => `  '${route.name}': ${written(checker.getTypeOfSymbol(route))}`),
  '}',
  '',
].join('\n')

program.emit(
  undefined,
  (path, text) => {
    if (!path.includes('/client/')) return
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, path.endsWith('routes.d.ts') ? spelled : text)
  },
  undefined,
  true,
)
