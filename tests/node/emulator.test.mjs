// The emulator refuses what it cannot be told, as the command does.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { InvalidError } from 'zoomout'
import { Emulator } from 'zoomout/testing'

const invalid = (message) => (error) => {
  assert.ok(error instanceof InvalidError, String(error))
  assert.match(error.message, message)
  return true
}

test('how it is started', async () => {
  for (const timeScale of [0, -1, NaN, Infinity]) {
    await assert.rejects(Emulator.start({ timeScale }), invalid(/^time_scale must be a finite number above 0, got /))
  }
  for (const pictureSide of [0, 5_000]) {
    await assert.rejects(Emulator.start({ pictureSide }), invalid(/^picture_side must be 1 to 4096, got /))
  }
  for (const pictureSide of [-1, 2 ** 32]) {
    await assert.rejects(Emulator.start({ pictureSide }), invalid(/^pictureSide is out of range: /))
  }
  await assert.rejects(Emulator.start({ pictureSide: 1.5 }), invalid(/^pictureSide must be a whole number, got 1.5/))
  await assert.rejects(Emulator.start({ port: 65_536 }), invalid(/^port is out of range: 65536/))
  await assert.rejects(Emulator.start({ timeScale: 'fast' }), invalid(/^timeScale must be a number, got text/))
})

test('a port that is taken is told as the system tells it', async () => {
  const emulator = await Emulator.start()
  const port = Number(new URL(emulator.url).port)
  await assert.rejects(Emulator.start({ port }), (error) => error.name === 'Error' && /in use/i.test(error.message))
  await emulator.close()
})

test('how far its time jumps', async () => {
  const emulator = await Emulator.start()
  const client = emulator.client()
  const { taskId } = await client.submit(emulator.seeds.upscaled)
  for (const ms of [-5, NaN, Infinity, 1e300, '5', undefined]) {
    assert.throws(() => emulator.advance(ms), (error) => error instanceof InvalidError && error.field === 'ms')
  }
  emulator.advance(0)
  assert.notEqual((await client.task(taskId)).status, 'completed')
  emulator.advance(2 ** 32)
  // Tasks are kept for three days: they would still be there if the jump had wrapped.
  await assert.rejects(client.task(taskId), { status: 404 })
  await emulator.close()
})
