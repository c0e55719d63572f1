// The packed packages, installed in an empty folder without a compiler.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

test('the tarballs are all that a user needs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zoomout-'))
  try {
    const sh = (program, args, options) => execFileSync(program, args, { encoding: 'utf8', ...options })
    const pack = (cwd) => sh(npm, ['pack', '--silent', '--pack-destination', folder], { cwd }).trim()

    sh(npm, ['run', '--silent', 'npm-dirs'], { cwd: root })
    const addon = readdirSync(join(root, 'bindings/node')).find((name) => name.endsWith('.node'))
    const [, platform] = addon.split('.')
    const native = join(root, 'bindings/node/npm', platform)
    copyFileSync(join(root, 'bindings/node', addon), join(native, addon))
    const tarballs = [pack(root), pack(native)].map((name) => join(folder, name))

    const files = JSON.parse(sh(npm, ['pack', '--json', '--dry-run', '--silent'], { cwd: root }))[0].files
    const names = files.map(({ path }) => path)
    assert.ok(!names.some((name) => name.endsWith('.node') || name.endsWith('.rs')), names.join(' '))
    assert.ok(names.includes('README.md') && names.includes('bindings/node/native.js'), names.join(' '))

    const empty = join(folder, 'empty')
    mkdirSync(empty)
    writeFileSync(join(empty, 'package.json'), '{ "private": true }')
    // Node and its npm, and the shell that npm runs; no compiler.
    const env = { ...process.env, PATH: [dirname(process.execPath), '/bin'].join(delimiter), CARGO: '', CC: '' }
    sh(npm, ['install', '--no-audit', '--no-fund', '--offline', ...tarballs], { cwd: empty, env })
    const code = `
      import { Client } from 'zoomout'
      import { Emulator } from 'zoomout/testing'
      const emulator = await Emulator.start({ timeScale: 500, pictureSide: 24 })
      const task = await emulator.client().zoom(emulator.seeds.upscaled)
      console.log(await task.images[0].save('wide.png'))`
    const node = (args) => sh(process.execPath, args, { cwd: empty, env })
    assert.equal(node(['--input-type=module', '--eval', code]), 'wide.png\n')
    assert.equal(readFileSync(join(empty, 'wide.png')).subarray(1, 4).toString(), 'PNG')
    assert.match(node([join('node_modules', '.bin', 'zoomout'), '--version']), /^zoomout \d/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
