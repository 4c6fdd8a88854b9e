import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { inventedEngine } from './suites/invented-listener.ts'
import { serve } from './suites/served.ts'

const ROOT = join(import.meta.dirname, '..')
const MOST_BYTES = 10_240

const bundled = async (format: 'esm' | 'iife') => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(ROOT, 'src/client/client.ts')],
    ...({
      bundle: true,
      platform: 'neutral',
      target: 'es2022',
      minify: true,
      write: false,
      metafile: true,
    } as const),
    format,
    ...(format === 'iife' && { globalName: 'deepcuts' }),
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  return { text: outputFiles[0]!.text, files: Object.keys(metafile.inputs), imports }
}

describe('the client as one file', () => {
  let bundle: Awaited<ReturnType<typeof bundled>>
  beforeAll(async () => {
    bundle = await bundled('esm')
  })

  it(`has at most ${MOST_BYTES} bytes, of its own folder alone`, () => {
    const bytes = Buffer.byteLength(bundle.text)
    console.log(`client: ${bytes} bytes`)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
    expect(bundle.files.every((file) => file.startsWith('src/client/'))).toBe(true)
    expect(bundle.imports).toEqual([])
    expect(bundle.text).not.toMatch(/\brequire\(|\bprocess\.|\bBuffer\./)
  })

  it('runs where there is nothing but what pages have', async () => {
    const asked: string[] = []
    const answer = { ok: true, status: 200, headers: new Headers({ 'content-type': 'application/json' }) }
    const page = createContext({
      ...{ crypto, URLSearchParams, TextDecoder, AbortSignal, Blob, setTimeout, clearTimeout },
      fetch: async (url: string) => {
        asked.push(url)
        return { ...answer, json: async () => ({ healthy: true }) }
      },
    })
    runInContext((await bundled('iife')).text, page)
    const health = runInContext(`deepcuts.createClient({ url: 'http://localhost:4577/' }).health()`, page)
    expect(await health).toEqual({ healthy: true })
    expect(asked).toEqual(['http://localhost:4577/v1/health'])
  })
})

it('the example feeds a server and reads a mix', { timeout: 30_000 }, async () => {
  const invented = await inventedEngine({ tracks: 300, years: 1 })
  // The example tells what was heard just now.
  invented.clock.at = Date.now()
  const served = await serve(invented.engine)
  try {
    const DEEPCUTS_URL = await served.app.listen({ port: 0, host: '127.0.0.1' })
    const DEEPCUTS_KEY = (await served.keyOf('app')).token
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'examples/client.ts'],
      {
        cwd: ROOT,
        env: { ...process.env, DEEPCUTS_URL, DEEPCUTS_KEY },
      },
    )
    expect(stdout).toContain('12 events taken, 0 refused.')
    expect(stdout.match(/^\d\. .+ – .+ \(\d+ %\): .+$/gm)).toHaveLength(5)
  } finally {
    await served.app.close()
    await invented.close()
  }
})
