// How long importing the package takes beside bare Node and beside other clients; and the sizes of the packages.
// Builds for release and installs the others in a folder of its own: node tests/bench/import_time.mjs
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const OTHERS = ['openai', 'axios', 'undici']
const ROUNDS = 40

const npm = (args, cwd = root) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1]

npm(['ci', '--no-audit', '--no-fund'])
npm(['run', 'build'])
npm(['run', 'npm-dirs'])
const addon = readdirSync(join(root, 'bindings/node')).find((name) => name.endsWith('.node'))
const native = join(root, 'bindings/node/npm', addon.split('.')[1])
copyFileSync(join(root, 'bindings/node', addon), join(native, addon))

const folder = mkdtempSync(join(tmpdir(), 'zoomout-'))
try {
  const packed = [root, native].map((cwd) => JSON.parse(npm(['pack', '--json', '--pack-destination', folder], cwd))[0])
  for (const { name, size, unpackedSize, entryCount } of packed) {
    const mb = (bytes) => (bytes / 1e6).toFixed(2)
    console.log(`${name}: ${mb(size)} MB packed, ${mb(unpackedSize)} MB unpacked, ${entryCount} files`)
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  npm(['install', ...packed.map(({ filename }) => join(folder, filename)), ...OTHERS], folder)

  const names = ['zoomout', ...OTHERS]
  const programs = ['', ...names.flatMap((name) => [`require('${name}')`, `await import('${name}')`])]
  const times = new Map(programs.map((program) => [program, []]))
  for (let round = 0; round < ROUNDS; round++) {
    // Side by side and in any order, so that a busy moment of the machine falls on all.
    for (const program of programs.toSorted(() => Math.random() - 0.5)) {
      const type = program.startsWith('await') ? 'module' : 'commonjs'
      const start = performance.now()
      const { status } = spawnSync(process.execPath, [`--input-type=${type}`, '--eval', program], { cwd: folder })
      times.get(program).push(performance.now() - start)
      if (status !== 0) throw new Error(`${program} failed`)
    }
  }
  const bare = median(times.get(''))
  console.log(`bare Node: ${bare.toFixed(1)} ms`)
  for (const program of programs.slice(1)) console.log(`${program}: +${(median(times.get(program)) - bare).toFixed(1)} ms`)
} finally {
  rmSync(folder, { recursive: true })
}
