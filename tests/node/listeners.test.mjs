// A listener that throws stops a wait that is paid for: what it threw must know the task.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'

import { CancelledError, TaskFailedError } from 'zoomout'
import { Emulator } from 'zoomout/testing'

let emulator
let parent
beforeEach(async () => {
  emulator = await Emulator.start({ timeScale: 500, pictureSide: 24 })
  parent = emulator.seeds.upscaled
})
afterEach(() => emulator.close())

/** A listener that throws this, at once or when the task stands there. */
const throwing = (thrown, at) => ({
  onProgress({ status }) {
    if (at === undefined || status === at) throw thrown
  },
})

function knows(known) {
  assert.ok(known instanceof CancelledError, String(known))
  assert.deepEqual([known.taskId, known.billed], [emulator.bill().lines.at(-1).taskId, 'yes'])
  assert.match(known.nextStep, /already paid for/)
}

test('what it throws comes out, and knows the task', async () => {
  const thrown = new RangeError('mine')
  await assert.rejects(emulator.client().zoom(parent, throwing(thrown)), (error) => {
    knows(error.zoomout)
    return error === thrown
  })
})

test('even where the task was seen to its end', async () => {
  const thrown = new RangeError('mine', { cause: 'my own' })
  await assert.rejects(emulator.client().zoom(parent, throwing(thrown, 'completed')), (error) => {
    knows(error.zoomout)
    assert.equal(error.cause, 'my own')
    return error === thrown
  })
})

test('what can keep nothing becomes the cause', async () => {
  for (const thrown of ['x', undefined, Object.freeze(new Error('frozen'))]) {
    await assert.rejects(emulator.client().zoom(parent, throwing(thrown)), (error) => {
      knows(error)
      return error.cause === thrown
    })
  }
})

test('a task that failed is told as what it is', async () => {
  emulator.faults([{ on: 'zoom', fault: { kind: 'task_fails', reason: 'no' } }])
  await assert.rejects(emulator.client().zoom(parent, throwing(new Error('mine'), 'failed')), ({ zoomout }) => {
    assert.ok(zoomout instanceof TaskFailedError)
    return zoomout.billed === 'no' && zoomout.taskId === emulator.bill().lines[0].taskId
  })
})

test('what an async one throws comes out, too', async () => {
  const thrown = new RangeError('mine')
  const onProgress = async () => {
    throw thrown
  }
  await assert.rejects(emulator.client().zoom(parent, { onProgress }), (error) => {
    knows(error.zoomout)
    return error === thrown
  })
  await assert.rejects(async () => {
    for await (const { error } of emulator.client().zoomMany([parent], { onProgress })) assert.equal(error.billed, 'yes')
  }, thrown)
})
