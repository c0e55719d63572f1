// A client goes on: after storms of aborts, loops left early, and callbacks that call it.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'

import { CancelledError, ZoomoutError } from 'zoomout'
import { Emulator } from 'zoomout/testing'

const HANGS = [{ on: 'task', fault: { kind: 'hang' } }, { on: 'midjourney_task', fault: { kind: 'hang' } }]
const turn = () => new Promise(setImmediate)

let emulator, client, parent
beforeEach(async () => {
  emulator = await Emulator.start({ timeScale: 500, pictureSide: 24 })
  client = emulator.client()
  parent = emulator.seeds.upscaled
})
afterEach(() => emulator.close())

const paid = () => new Set(emulator.bill().lines.map(({ taskId }) => taskId))

test('a callback may call the client that it is called by', async () => {
  const further = []
  const onProgress = ({ taskId }) => {
    if (further.length >= 6) return
    further.push(client.task(taskId), client.zoom(parent, { onProgress }))
  }
  const first = await client.zoom(parent, { onProgress })
  const seen = await Promise.all(further)
  assert.equal(seen[0].taskId, first.taskId)
  const many = []
  for await (const { task } of client.zoomMany([parent, parent], {
    onProgress: (_, progress) => many.push(client.task(progress.taskId)),
  })) {
    assert.equal(task.status, 'completed')
  }
  assert.ok((await Promise.all(many)).length >= 2)
})

test('a loop that is left early leaves the client as it was', async () => {
  for (let round = 0; round < 3; round++) {
    for await (const { task } of client.zoomMany(Array(300).fill(parent), { window: 100 })) {
      assert.equal(task.status, 'completed')
      break
    }
    assert.equal((await client.zoom(parent)).status, 'completed')
  }
  emulator.faults(HANGS)
  const enough = new Error('enough')
  const onProgress = () => {
    throw enough
  }
  const consume = async () => {
    for await (const { error } of client.zoomMany(Array(200).fill(parent), { onProgress })) {
      assert.ok(error instanceof ZoomoutError)
    }
  }
  await assert.rejects(consume(), (error) => error === enough)
  emulator.faults([])
  assert.equal((await client.zoom(parent)).status, 'completed')
})

test('a storm of aborts leaves the client as it was', async () => {
  for (const turns of [0, 1, 3]) {
    const aborts = Array.from({ length: 200 }, () => new AbortController())
    const zooms = Promise.allSettled(aborts.map(({ signal }) => client.zoom(parent, { signal })))
    for (const abort of aborts) {
      for (let n = 0; n < turns; n++) await turn()
      abort.abort()
    }
    for (const { value, reason } of await zooms) {
      if (value === undefined) assert.equal(reason.name, 'AbortError')
      const { taskId } = value ?? reason
      if (taskId) assert.ok(paid().has(taskId))
    }
  }
  const zooms = await Promise.all(Array.from({ length: 100 }, () => client.zoom(parent)))
  assert.ok(zooms.every(({ status }) => status === 'completed'))
})

test('a storm of aborted looks that hang leaves the client as it was', async () => {
  emulator.faults(HANGS)
  for (let round = 1; round <= 3; round++) {
    const abort = new AbortController()
    const looks = Array.from({ length: 200 }, () => client.task(parent, { signal: abort.signal }))
    const ended = Promise.allSettled(looks)
    while (emulator.requests().length < 10 * round) await turn()
    abort.abort()
    for (const { reason } of await ended) assert.ok(reason instanceof CancelledError)
  }
  emulator.faults([])
  assert.equal((await client.zoom(parent)).status, 'completed')
})

test('one signal that ends a loop in the middle of its own callback', async () => {
  for (let round = 0; round < 10; round++) {
    const abort = new AbortController()
    const { signal } = abort
    const consume = async () => {
      const named = []
      const onProgress = () => abort.abort()
      for await (const { task, error } of client.zoomMany(Array(50).fill(parent), { signal, onProgress })) {
        named.push((task ?? error).taskId)
      }
      return named
    }
    await assert.rejects(consume(), (error) => error === signal.reason)
  }
  assert.equal((await client.zoom(parent)).status, 'completed')
})
