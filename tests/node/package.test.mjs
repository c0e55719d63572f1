// What only Node can get wrong: module formats, values that cannot be changed, what documents show, types.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import * as esm from 'zoomout'
import * as esmTesting from 'zoomout/testing'

const require = createRequire(import.meta.url)
const cjs = require('zoomout')
const cjsTesting = require('zoomout/testing')
const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

test("the message of an error ends with its cause, whether the core's own message has it or not", () => {
  for (const [message, cause, shown] of [
    ['the server refused the zoom: it is a grid', 'it is a grid', 'the server refused the zoom: it is a grid'],
    ['nothing left this machine', 'connection refused', 'nothing left this machine: connection refused'],
    ['the task did not finish', null, 'the task did not finish'],
    ['the server refused the zoom', '', 'the server refused the zoom'],
  ]) {
    assert.equal(new esm.ZoomoutError({ kind: 'refused', message, cause, retry_after: null }).message, shown)
  }
})

test('import and require give the same objects', () => {
  for (const [imported, required] of [[esm, cjs], [esmTesting, cjsTesting]]) {
    assert.deepEqual(Object.keys(imported).filter((name) => name !== 'default').sort(), Object.keys(required).sort())
    for (const name of Object.keys(required)) assert.equal(imported[name], required[name], name)
  }
  assert.equal(esm.VERSION, require('zoomout/package.json').version)
})

test('an error is an instance of its class and says what to do', () => {
  assert.throws(
    () => new cjs.ZoomRequest({ taskId: 'a\nb' }),
    (error) => {
      assert.ok(error instanceof esm.InvalidError && error instanceof esm.ZoomoutError && error instanceof Error)
      assert.equal(error.name, 'InvalidError')
      assert.equal(error.field, 'task_id')
      assert.match(error.nextStep, /nothing was charged/)
      return true
    },
  )
})

test('every kind of error has a class and is told in the types', () => {
  const types = readFileSync(join(root, 'bindings/node/index.d.ts'), 'utf8')
  const classes = Object.keys(cjs).filter((name) => name.endsWith('Error'))
  for (const name of Object.keys(cjs)) assert.match(types, new RegExp(`\\b(class|const) ${name}\\b`))
  assert.equal(classes.length, 1 + 9)
})

test('a request cannot be changed and becomes its body as JSON', () => {
  const request = new esm.ZoomRequest({ taskId: 'task_1', metadata: { album: 'alps' } })
  assert.ok(Object.isFrozen(request))
  assert.equal(JSON.stringify(request), '{"task_id":"task_1","metadata":{"album":"alps"}}')
  assert.equal(JSON.stringify(new esm.ZoomRequest('task_1')), '{"task_id":"task_1"}')
})

test('metadata that is no object is refused', () => {
  for (const metadata of [null, 'album', [1], 7]) {
    assert.throws(() => new esm.ZoomRequest({ taskId: 'task_1', metadata }), { code: 'invalid', field: 'metadata' })
  }
})

/** Runs code as a program of its own, against an emulator. */
async function program(code, name) {
  const folder = mkdtempSync(join(tmpdir(), 'zoomout-'))
  const emulator = await esmTesting.Emulator.start({ timeScale: 500, pictureSide: 24 })
  try {
    symlinkSync(join(root), join(folder, 'zoomout'))
    writeFileSync(join(folder, 'package.json'), '{}')
    symlinkSync(folder, join(folder, 'node_modules'))
    writeFileSync(join(folder, name), code)
    const env = { ...process.env, APIMART_API_KEY: emulator.key, APIMART_BASE_URL: emulator.url }
    return await run(process.execPath, [name], { cwd: folder, env })
  } finally {
    await emulator.close()
    rmSync(folder, { recursive: true })
  }
}

const documents = ['README.md', 'bindings/node/index.d.ts', 'bindings/node/testing.d.ts']
for (const document of documents) {
  const text = readFileSync(join(root, document), 'utf8').replace(/^ \* ?/gm, '')
  const blocks = [...text.matchAll(/```js\n(.*?)```/gs)]
  assert.ok(blocks.length > 0, document)
  for (const [at, [, code]] of blocks.entries()) {
    test(`example ${at + 1} of ${document} runs as it stands`, () => program(code, 'example.mjs'))
  }
}

test('it is required from CommonJS just so', async () => {
  const { stdout } = await program(
    `const { Client } = require('zoomout')
     new Client().task('${(await seeds()).upscaled}').then(({ status }) => console.log(status))`,
    'example.cjs',
  )
  assert.equal(stdout, 'completed\n')
})

async function seeds() {
  const emulator = await esmTesting.Emulator.start()
  await emulator.close()
  return emulator.seeds
}

test('the command is the same as the Rust one', async () => {
  const cli = join(root, 'bindings/node/cli.js')
  const shown = await run(process.execPath, [cli, 'zoom', 'task_1', '--zoom-ratio', '1.5', '--dry-run', '--json'])
  assert.equal(JSON.parse(shown.stdout).tier, 'Zoom Out 1.5x')
  await assert.rejects(run(process.execPath, [cli, 'zoom', 'a\nb', '--dry-run']), ({ code, stderr }) => {
    assert.match(stderr, /error: task_id must be/)
    return code === 2
  })
})
