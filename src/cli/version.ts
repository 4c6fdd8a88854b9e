import { readFileSync } from 'node:fs'

/** The version of this package, and the Node that it asks for. */
export function packageFacts(): { readonly version: string; readonly node: string } {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
    engines: { node: string }
  }
  return { version: manifest.version, node: manifest.engines.node.replace(/^\D+/, '') }
}
