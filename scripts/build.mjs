// Compiles src/ with esbuild (~0.1 s) to dist/ or the folder given: one file per entry point, shared chunks between them.
import { chmodSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const outdir = process.argv[2] ?? 'dist'
rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: {
    index: 'src/index.ts',
    'cli/main': 'src/cli/main.ts',
    'carousel-worker': 'src/evaluate/carousel-worker.ts',
    'training-process': 'src/jobs/training-process.ts',
  },
  outdir,
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: false,
  logLevel: 'warning',
})
// The client stands alone, for browsers too: one small file.
await build({
  entryPoints: { client: 'src/client/client.ts' },
  outdir,
  bundle: true,
  platform: 'neutral',
  format: 'esm',
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
})
chmodSync(`${outdir}/cli/main.js`, 0o755)
