import { createHash } from 'node:crypto'
import { ERRORS } from '../core/errors.ts'

/** Of an OpenAPI document what the page shows. */
interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: unknown
    readonly description?: string
  }[]
  readonly requestBody?: { readonly content?: Content }
  readonly responses?: Readonly<Record<string, { readonly content?: Content }>>
}
type Content = Readonly<Record<string, { readonly schema?: unknown }>>

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}' +
  'code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.75rem;overflow:auto}' +
  'h2{margin-top:2.5rem;border-bottom:1px solid #ccc}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}' +
  '@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}pre{background:#222}a{color:#8bf}}'

/** What a content security policy must allow for the page. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`

/** A page to read, without a script, made from an OpenAPI document: every route, what it takes and answers, and every problem. */
export function docsPage(openApi: object): string {
  const { info, paths = {} } = openApi as {
    info?: { title?: string; description?: string }
    paths?: Record<string, Record<string, Operation>>
  }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? ''))]
  const groups = tags.map((tag) => {
    const its = operations.filter(({ operation }) => (operation.tags?.[0] ?? '') === tag)
    return `<h2>${escaped(tag)}</h2>${its.map(section).join('')}`
  })
  const title = escaped(`${info?.title ?? ''} API v1`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1><p>${escaped(info?.description ?? '')} The same for programs: <a href="/v1/openapi.json">OpenAPI 3.1</a>. Send a key as <code>Authorization: Bearer KEY</code>.</p>${groups.join('')}<h2>Problems</h2><table>${problems()}</table></body></html>\n`
}

function section({
  path,
  method,
  operation,
}: {
  path: string
  method: string
  operation: Operation
}): string {
  const { summary = '', security = [], parameters = [], requestBody, responses = {} } = operation
  const scope = security.flatMap((one) => Object.values(one).flat())[0]
  const rows = parameters.map(
    ({ name, in: where, required, schema, description }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(where)}${required ? '' : ', optional'}</td><td>${escaped(description ?? '')} <code>${escaped(JSON.stringify(schema ?? {}))}</code></td></tr>`,
  )
  const success = Object.entries(responses).find(([status]) => status.startsWith('2'))
  return [
    `<h3><code>${escaped(method.toUpperCase())} ${escaped(path)}</code></h3>`,
    `<p>${escaped(summary)}. ${scope === 'account' ? 'Signed in.' : scope ? `Key: ${escaped(scope)}.` : 'No key.'}</p>`,
    rows.length > 0 ? `<table>${rows.join('')}</table>` : '',
    requestBody ? shape('Body', requestBody.content) : '',
    success ? shape(`Answer ${success[0]}`, success[1].content) : '',
  ].join('')
}

function shape(title: string, content: Content = {}): string {
  return Object.entries(content)
    .map(
      ([type, { schema }]) =>
        `<details><summary>${escaped(title)}: ${escaped(type)}</summary><pre>${escaped(JSON.stringify(schema, null, 2) ?? '')}</pre></details>`,
    )
    .join('')
}

/** The errors that a request can end with. */
function problems(): string {
  return Object.entries(ERRORS)
    .flatMap(([code, error]) =>
      'status' in error
        ? [
            `<tr id="${code}"><td><code>${code}</code></td><td>${error.status}</td><td>${escaped(error.sentence)}</td></tr>`,
          ]
        : [],
    )
    .join('')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
