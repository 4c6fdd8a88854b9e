import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SETTINGS } from '../src/config.ts'
import { ERRORS } from '../src/core/errors.ts'
import { FEATURES } from '../src/features/feature-names.ts'

const ROOT = join(import.meta.dirname, '..')
const ERRORS_PAGE = 'docs/reference/errors.md'
const SETTINGS_PAGE = 'docs/reference/settings.md'

/** Files that git tracks, or would track, and that are there. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: ROOT,
})
  .toString()
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)))
const pages = files.filter((file) => file.endsWith('.md'))
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

/** The page of all errors, made from the registry. */
function errorsPage(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const rows = Object.entries(ERRORS).map(
    ([code, { exit, sentence, ...more }]) =>
      `| \`${code}\` | ${exit} | ${'status' in more ? more.status : ''} | ${cell(sentence)} |`,
  )
  return [
    '# Errors',
    '',
    'Every error that a person can cause, with its exit status and, where a request to the server can end with it, its HTTP status.',
    '`{name}` is filled in from what happened.',
    'This page is made from `src/core/errors.ts`: after a change there, run `UPDATE_DOCS=1 npx vitest run test/docs.test.ts`.',
    '',
    '| code | exit | HTTP | sentence |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** The page of all settings, made from their one list. */
function settingsPage(): string {
  const settings: readonly (readonly [
    string,
    { readonly absent: string; readonly meaning: string; readonly expected: string; readonly secret?: true },
  ])[] = Object.entries(SETTINGS)
  const rows = settings.map(
    ([name, { absent, meaning, expected, secret }]) =>
      `| \`${name}\`${secret ? ` or \`${name}_FILE\`` : ''} | ${expected} | ${absent && `\`${absent}\``} | ${meaning.replaceAll('|', '\\|')} |`,
  )
  return [
    '# Settings',
    '',
    'Every setting of the environment. An empty variable is an absent one; a `DEEPCUTS_…` variable that is none of these is an error, and so is a value',
    'that a setting cannot have. A secret can be in a file: `NAME_FILE` is then its path, as with the secrets of a container.',
    'Options of a verb go before settings (`deepcuts VERB --help`).',
    'This page is made from `src/config.ts`: after a change there, run `UPDATE_DOCS=1 npx vitest run test/docs.test.ts`.',
    '',
    '| variable | is | when absent | means |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** Targets of the relative links and images of a Markdown text; code is left out. */
function relativeLinks(markdown: string): string[] {
  const prose = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '')
  const targets = [
    ...prose.matchAll(/\]\(\s*<?([^)\s>]+)/g),
    ...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm),
    ...prose.matchAll(/\b(?:href|src)="([^"]+)"/g),
    // Mermaid boxes link too; they live in code fences.
    ...markdown.matchAll(/^\s*click\s+\S+\s+(?:href\s+)?"([^"]+)"/gm),
  ]
  return targets.map((match) => match[1]!).filter((target) => !/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target))
}

/** Links of a page to files that do not exist, as sentences. */
function brokenLinks(page: string, markdown: string): string[] {
  return relativeLinks(markdown)
    .filter((target) => !existsSync(join(ROOT, dirname(page), decodeURI(target.replace(/[#?].*$/, '')))))
    .map((target) => `${page} links to ${target}, which does not exist.`)
}

/** Paths of one machine and hosts of private package registries in a text. The public npm registry may be named. */
function privateTraces(text: string): string[] {
  return [
    ...text.matchAll(/(?<![\w.])\/(?:work|root|home\/\w+|Users\/\w+)\/[\w.-]*/g),
    ...text.matchAll(/\b(?:registry|npm|artifactory|nexus|verdaccio)\.[a-z0-9-]+\.[a-z]{2,}\b/g),
    ...text.matchAll(/"resolved": "https?:[^"]*/g),
  ].map((match) => match[0])
}

describe('the pages', () => {
  it('tell every error exactly as the registry does', () => {
    const page = errorsPage()
    if (process.env.UPDATE_DOCS === '1') writeFileSync(join(ROOT, ERRORS_PAGE), page)
    expect(
      textOf(ERRORS_PAGE),
      `${ERRORS_PAGE} is out of date: run UPDATE_DOCS=1 npx vitest run test/docs.test.ts`,
    ).toBe(page)
  })

  it('tell every setting exactly as the list of them does', () => {
    const page = settingsPage()
    if (process.env.UPDATE_DOCS === '1') writeFileSync(join(ROOT, SETTINGS_PAGE), page)
    expect(
      textOf(SETTINGS_PAGE),
      `${SETTINGS_PAGE} is out of date: run UPDATE_DOCS=1 npx vitest run test/docs.test.ts`,
    ).toBe(page)
  })

  it('name every feature in the order, group and encoding of the code, with a meaning', () => {
    const rows = [
      ...textOf('docs/reference/features.md').matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]+) \| (\S.*) \|$/gm),
    ]
    const coded = Object.entries(FEATURES).map(([name, { group, binned }]) => [
      name,
      group,
      binned ? 'number + bins' : 'number',
    ])
    expect(rows.map((row) => row.slice(1, 4))).toEqual(coded)
  })

  it.each(pages)('%s links only to files that exist', (page) => {
    expect(brokenLinks(page, textOf(page))).toEqual([])
  })

  it('a link to a file that is not there is found, and links to the web and in code are left alone', () => {
    const markdown =
      '[a](gone.md#x) ![b](../README-not.md) [web](https://example.org) `[c](no)`\n```\n[d](no)\n```\n'
    expect(brokenLinks('docs/page.md', markdown)).toHaveLength(2)
    expect(brokenLinks('docs/page.md', '[this](../package.json)')).toEqual([])
  })
})

describe('every error sentence', () => {
  it.each(Object.entries(ERRORS))('%s is a sentence that ends with a full stop', (_, { sentence, exit }) => {
    expect(sentence).toMatch(/^[A-Z{"-].*[.}]$/s)
    expect(exit).toBeGreaterThan(0)
  })
})

describe('what is published', () => {
  it('names no path of one machine and no registry', () => {
    const traces = files
      .filter((file) => !/\.(png|jpe?g|zip|gz|onnx|parquet|ico|woff2?)$/.test(file))
      .flatMap((file) => privateTraces(textOf(file)).map((trace) => `${file}: ${trace}`))
    expect(traces).toEqual([])
  })

  it('would be caught if it did', () => {
    const traces = [`cat /${'work'}/main/x`, `"/${'root'}/.npmrc"`, `https://${'registry'}.corp.example/npm`]
    for (const trace of traces) expect(privateTraces(trace), trace).toHaveLength(1)
    expect(privateTraces('in a network, at work, from the root of it')).toEqual([])
  })
})
