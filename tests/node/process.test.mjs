// When a process ends, and what worker threads may do.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'

import { Emulator } from 'zoomout/testing'

const cwd = new URL('../..', import.meta.url)

/** Runs a program and tells how it ended. */
function run(code, signal) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data) => {
    stdout += data
    if (signal && stdout.includes('ready')) child.kill(signal)
  })
  child.stderr.on('data', (data) => (stderr += data))
  return new Promise((resolve) => child.on('close', (status, by) => resolve({ status, by, stdout, stderr })))
}

const START = `
  import { Client } from 'zoomout'
  import { Emulator } from 'zoomout/testing'
  const emulator = await Emulator.start({ timeScale: 500, pictureSide: 24 })
  const client = emulator.client()
  const parent = emulator.seeds.upscaled
`

test('a process ends by itself when nothing is under way', async () => {
  const { status, stdout } = await run(`${START}
    await client.zoom(parent)
    for await (const { task } of client.zoomMany([parent])) console.log(task.status)
    process.on('exit', () => console.log('over'))`)
  assert.deepEqual([status, stdout], [0, 'completed\nover\n'])
})

test('a process stays alive while a call is under way, though nobody awaits it', async () => {
  const { status, stdout } = await run(`${START}
    client.zoom(parent).then(({ status }) => console.log(status))`)
  assert.deepEqual([status, stdout], [0, 'completed\n'])
})

test('a loop that is left without a word does not keep the process', async () => {
  const { status, stdout } = await run(`${START}
    const { value } = await client.zoomMany([parent, parent], { window: 1 }).next()
    console.log(value.task.status)`)
  assert.deepEqual([status, stdout], [0, 'completed\n'])
})

test('process.exit in the middle of calls is clean', async () => {
  for (let round = 0; round < 5; round++) {
    const { status, stderr } = await run(`${START}
      for (let n = 0; n < 50; n++) client.zoom(parent, { onProgress: () => {} })
      setTimeout(() => process.exit(7), ${round * 10})`)
    assert.deepEqual([status, stderr], [7, ''])
  }
})

test('Ctrl-C ends a waiting process at once', { skip: process.platform === 'win32' }, async () => {
  const slow = START.replace('timeScale: 500', 'timeScale: 1')
  const { by } = await run(`${slow} client.zoom(parent, { onProgress: () => console.log('ready') })`, 'SIGINT')
  assert.equal(by, 'SIGINT')
})

const WORK = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { Client } = require('zoomout')
  const { url, key, parent, pace } = workerData
  const client = new Client({ apiKey: key, baseUrl: url }, pace)
  client.zoom(parent).then((task) => parentPort.postMessage(task))
`

test('worker threads zoom side by side, and may be ended in the middle', async () => {
  const emulator = await Emulator.start({ timeScale: 500, pictureSide: 24 })
  const slow = await Emulator.start({ pictureSide: 24 })
  const dataOf = ({ url, key, seeds }, pace) => ({ url, key, parent: seeds.upscaled, pace })
  const start = (workerData) => new Worker(WORK, { eval: true, workerData })
  const tasks = await Promise.all(
    Array.from({ length: 4 }, () => {
      const worker = start(dataOf(emulator, 500))
      return new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))
    }),
  )
  assert.deepEqual(tasks.map(({ status }) => status), Array(4).fill('completed'))
  assert.equal(new Set(tasks.map(({ taskId }) => taskId)).size, 4)
  const ended = start(dataOf(slow, 1))
  while (slow.bill().lines.length === 0) await new Promise(setImmediate)
  assert.equal(await ended.terminate(), 1)
  await emulator.close()
  await slow.close()
})
