// What is handed over in the wrong way: refused by its name, in the core's words, before anything is sent.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { Client, InvalidError, ZoomRequest } from 'zoomout'
import { Emulator } from 'zoomout/testing'

let emulator
let client
let parent
before(async () => {
  emulator = await Emulator.start({ timeScale: 500, pictureSide: 24 })
  parent = emulator.seeds.upscaled
  client = emulator.client()
})
after(() => emulator.close())

/** That this is an InvalidError about this field, with this message. */
const about = (field, message) => (error) => {
  assert.ok(error instanceof InvalidError, String(error))
  assert.deepEqual([error.field, error.billed], [field, 'no'])
  assert.match(error.message, message)
  return true
}

test('options that no call can use are refused before anything is sent', async () => {
  const task = { taskId: parent, images: [{ url: `${emulator.url}/files/x.png` }], gridImageUrl: null }
  const calls = [
    (options) => client.zoom(parent, options),
    (options) => client.submit(parent, options),
    (options) => client.upscale({ taskId: emulator.seeds.grid, index: 1 }, options),
    (options) => client.wait(parent, options),
    (options) => client.task(parent, options),
    (options) => client.buttons(parent, options),
    (options) => client.download(task, 'never.png', options),
    (options) => client.zoomMany([parent], options).next(),
  ]
  for (const call of calls) {
    for (const onProgress of [5, 'x', {}]) {
      await assert.rejects(call({ onProgress }), about('onProgress', /^onProgress must be a function$/))
    }
    for (const signal of [new AbortController(), 5, 'x', {}]) {
      await assert.rejects(call({ signal }), about('signal', /^signal must be an AbortSignal$/))
    }
  }
  assert.deepEqual(emulator.requests(), [])
})

test('null is as if an option were not given', async () => {
  assert.equal((await client.zoom(parent, { onProgress: null, signal: null })).status, 'completed')
  assert.equal((await client.wait(parent, null)).status, 'completed')
  for await (const { task } of client.zoomMany([parent], { onProgress: null, window: null, inOrder: null })) {
    assert.equal(task.status, 'completed')
  }
})

test('arguments of another type, and missing ones', async () => {
  const sent = emulator.requests().length
  const url = new URL('https://example.com')
  const task = { taskId: parent, images: [{ url: 'x' }], gridImageUrl: null }
  const id = (told) => about('task_id', told)
  const refused = [
    [client.wait(), id(/^task_id is missing: it must be the id of a task$/)],
    [client.task(5), id(/^task_id must be the id of a task, got 5$/)],
    [client.buttons({}), id(/got an object$/)],
    [client.zoom(), id(/is missing/)],
    [client.zoom(5n), id(/got a BigInt$/)],
    [client.zoom({ taskId: () => {} }), id(/got a function$/)],
    [client.zoom({ taskId: parent, zoomRatio: '2' }), about('zoom_ratio', /must be a finite number above 0, got text/)],
    [client.zoom({ taskId: parent, zoomRatio: NaN }), about('zoom_ratio', /NaN/)],
    [client.zoom({ taskId: parent, index: 1.5 }), about('index', /must be 1, 2, 3 or 4, got 1.5/)],
    [client.zoom({ taskId: parent, speed: true }), about('speed', /must be relax, fast or turbo, got a boolean/)],
    [client.zoom({ taskId: parent, metadata: () => {} }), about('metadata', /./)],
    [client.upscale('id'), about('index', /./)],
    [client.upscale({ taskId: 'id', index: 1, zoomRatio: 2 }), about('zoom_ratio', /must not be given .* upscale/)],
    [client.upscale(), id(/is missing/)],
    [client.download(task), about('path', /^path is missing/)],
    [client.download(task, 5), about('path', /^path must be text, got 5$/)],
    [client.download(parent, 'never.png'), about('task', /taskId and images/)],
    [client.download(undefined, 'never.png'), about('task', /taskId and images/)],
    [client.zoomMany(parent).next(), about('requests', /for one there is zoom/)],
    [client.zoomMany().next(), about('requests', /must be an iterable/)],
    [client.zoomMany([parent], { window: '5' }).next(), about('window', /^window must be a number, got text$/)],
    [client.zoomMany([parent], { window: 0 }).next(), about('window', /1 or more/)],
    [client.zoomMany([parent], { window: -1 }).next(), about('window', /out of range: -1/)],
    [client.zoomMany([parent], { inOrder: 'no' }).next(), about('inOrder', /^inOrder must be true or false, got text$/)],
  ]
  for (const [call, check] of refused) await assert.rejects(call, check)
  assert.throws(() => new ZoomRequest(5), id(/got 5/))
  assert.throws(() => new Client({ apiKey: 'sk-1', baseUrl: url }), about('base_url', /^base_url must be text, got an object$/))
  assert.throws(() => new Client({ apiKey: 'sk-1', language: 5 }), about('language', /must be text, got 5/))
  assert.equal(emulator.requests().length, sent)
})

test('a misspelt field is answered with those of its own action', async () => {
  await assert.rejects(client.upscale({ taskid: 'id' }), {
    message: 'an upscale has no taskid; it has taskId, index, customId, speed, metadata, key, again',
  })
})

test('spans are refused under the name and in the unit of whoever wrote them', () => {
  const make = (settings) => () => new Client({ apiKey: 'sk-1', ...settings })
  const limits = 'must be above 0 and at most 1000000000000 milliseconds'
  assert.throws(make({ callTimeoutMs: -1 }), { message: `callTimeoutMs ${limits}, got -1`, field: 'callTimeoutMs' })
  assert.throws(make({ timeoutMs: 1e300 }), { message: `timeoutMs ${limits}, got 1e300`, field: 'timeoutMs' })
  assert.throws(make({ timeoutMs: '5' }), { message: 'timeoutMs must be a number, got text' })
})

test('a short deadline is told as it was given', async () => {
  const hurried = emulator.client({ timeoutMs: 0.1 })
  await assert.rejects(hurried.wait(emulator.seeds.running), /within 0\.1 ms/)
})

test('an error becomes the JSON that the core tells in every language', async () => {
  emulator.faults([{ on: 'zoom', fault: { kind: 'close' } }])
  await assert.rejects(client.zoom(parent), (error) => {
    const told = JSON.parse(JSON.stringify({ error })).error
    assert.deepEqual([told.kind, told.billed, told.task_id], ['unconfirmed', 'maybe', null])
    assert.ok(error.message.startsWith(told.message) && told.message.length > 0)
    assert.equal(told.cause, error.cause ?? null)
    assert.equal(told.next_step, error.nextStep)
    return true
  })
})
