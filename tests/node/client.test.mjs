// The client against the emulator: every call, every way to stop one, many at once.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'

import { CancelledError, Client, InvalidError, RefusedError, UnconfirmedError, ZoomRequest } from 'zoomout'
import { Emulator } from 'zoomout/testing'

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const folder = mkdtempSync(join(tmpdir(), 'zoomout-'))
after(() => rmSync(folder, { recursive: true }))

let emulator
let parent
let client
beforeEach(async () => {
  emulator = await Emulator.start({ timeScale: 500, pictureSide: 24 })
  parent = emulator.seeds.upscaled
  client = emulator.client()
})
afterEach(() => emulator.close())

const once = (signal, name) => new Promise((resolve) => signal.addEventListener(name, resolve, { once: true }))

describe('calls', () => {
  test('the whole way from a grid to a file', async () => {
    const tile = await client.upscale({ taskId: emulator.seeds.grid, index: 1 })
    const { buttons } = await client.buttons(tile.taskId)
    const button = buttons.find(({ tier }) => tier === 'Zoom Out 1.5x')
    const { taskId } = await client.submit({ taskId: tile.taskId, customId: button.customId })
    const heard = []
    const task = await client.wait(taskId, { onProgress: (progress) => heard.push(progress) })
    assert.equal(task.status, 'completed')
    assert.deepEqual(heard.at(-1), { taskId, status: 'completed', percent: 100 })
    assert.deepEqual(await client.task(taskId), task)
    const [file] = await client.download(task, `${folder}/`)
    assert.ok(existsSync(file) && file.includes(taskId))
    assert.deepEqual(await client.download(task, pathToFileURL(join(folder, 'a.png'))), [join(folder, 'a.png')])
    assert.deepEqual(emulator.bill().lines.map((line) => line.taskId), [tile.taskId, taskId])
  })

  test('a picture saves and reads itself, and is plain data', async () => {
    const task = await client.zoom({ taskId: parent, zoomRatio: 1.5, metadata: { snake_case: { kept_so: 1 } } })
    const [image] = task.images
    const path = join(folder, 'b.png')
    assert.equal(await image.save(path), path)
    const bytes = await image.bytes()
    assert.deepEqual(bytes.subarray(0, 8), PNG)
    assert.deepEqual(readFileSync(path), bytes)
    const copy = structuredClone(JSON.parse(JSON.stringify(task)))
    assert.deepEqual(copy.images, [{ url: image.url, expiresAt: image.expiresAt }])
    assert.deepEqual(await client.download(copy, join(folder, 'c.png')), [join(folder, 'c.png')])
    assert.ok(Object.isFrozen(task) && Object.isFrozen(task.images) && Object.isFrozen(image))
    assert.deepEqual(emulator.bill().lines[0].metadata, { snake_case: { kept_so: 1 } })
  })

  test('errors say what was refused, what it cost and what to do', async () => {
    await assert.rejects(client.zoom('a\nb'), { name: 'InvalidError', field: 'task_id', billed: 'no' })
    await assert.rejects(client.zoom({ taskId: parent, index: 1.5 }), { field: 'index' })
    // A misspelt field could buy another tier.
    await assert.rejects(client.zoom({ taskId: parent, zoom_ratio: 1.5 }), /a zoom has no zoom_ratio/)
    await assert.rejects(client.zoom(parent, { onProgres: () => {} }), /no onProgres/)
    await assert.rejects(client.upscale({ taskId: emulator.seeds.grid }), { field: 'index' })
    await assert.rejects(client.zoom(emulator.seeds.grid), (error) => {
      assert.ok(error instanceof RefusedError)
      assert.deepEqual([error.code, error.status, error.reasons], ['refused', 400, ['parent_not_upscaled']])
      assert.match(error.message, /requires an upscaled task/)
      assert.match(error.stack, /client\.test\.mjs/)
      return true
    })
    emulator.faults([{ on: 'zoom', fault: { kind: 'close' } }])
    await assert.rejects(client.zoom(parent), (error) => {
      assert.ok(error instanceof UnconfirmedError)
      assert.equal(error.billed, 'maybe')
      assert.match(error.nextStep, /before submitting again/)
      return true
    })
    assert.equal(emulator.bill().lines.length, 1)
  })
})

describe('settings', () => {
  test('are refused by name', () => {
    const settings = {
      apiKey: '', baseUrl: 'ftp://h', language: 'tlh', timeoutMs: 0, callTimeoutMs: -1, resubmit: 'always',
    }
    for (const [name, value] of Object.entries(settings)) {
      // Those that are not the API's have no other name than here.
      const field = name.endsWith('Ms') ? name : undefined
      assert.throws(() => new Client({ apiKey: 'sk-1', [name]: value }), {
        name: 'InvalidError', field: field ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      })
    }
    assert.throws(() => new Client({ apiKey: { key: 'sk-MARK' } }), { message: 'api_key must be text' })
    assert.throws(() => new Client({ timeout: 5 }), /a client has no timeout; it has apiKey/)
  })

  test('the key is read from the environment and shown nowhere', async () => {
    const before = { ...process.env }
    try {
      delete process.env.APIMART_API_KEY
      assert.throws(() => new Client(), (error) => error instanceof InvalidError && error.field === 'api_key')
      process.env.APIMART_API_KEY = 'sk-MARK'
      process.env.APIMART_BASE_URL = emulator.url
      const stranger = new Client()
      assert.equal(stranger.baseUrl, emulator.url)
      await assert.rejects(stranger.zoom(parent), (error) => {
        assert.deepEqual([error.status, error.reasons], [401, ['authentication']])
        assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /MARK/)
        return true
      })
      assert.doesNotMatch(inspect(stranger, { depth: 9, showHidden: true }) + JSON.stringify(stranger), /MARK/)
    } finally {
      process.env = before
    }
  })
})

describe('stopping', () => {
  const isAbort = (signal) => (error) => {
    assert.ok(error instanceof CancelledError)
    assert.equal(error.name, 'AbortError')
    assert.equal(error.cause, signal.reason)
    return true
  }

  test('before it began: the reason itself, and nothing is sent', async () => {
    const reason = new Error('changed my mind')
    const signal = AbortSignal.abort(reason)
    await assert.rejects(client.zoom(parent, { signal }), (error) => error === reason)
    await assert.rejects(client.zoomMany([parent], { signal }).next(), (error) => error === reason)
    assert.deepEqual(emulator.requests(), [])
  })

  test('while the submission is out: billed maybe', async () => {
    emulator.faults([{ on: 'zoom', fault: { kind: 'hang' } }])
    const abort = new AbortController()
    const zoom = client.zoom(parent, { signal: abort.signal })
    while (emulator.requests().length === 0) await new Promise(setImmediate)
    abort.abort()
    await assert.rejects(zoom, (error) => isAbort(abort.signal)(error) && error.billed === 'maybe')
  })

  test('while it waits: the error names the task', async () => {
    const slow = await Emulator.start({ pictureSide: 24 })
    const abort = new AbortController()
    const zoom = slow.client().zoom(parent, { signal: abort.signal, onProgress: () => abort.abort() })
    await assert.rejects(zoom, (error) => {
      isAbort(abort.signal)(error)
      assert.equal(error.taskId, slow.bill().lines[0].taskId)
      return error.billed === 'yes'
    })
    await slow.close()
  })

  test('while a look or a picture is out', async () => {
    const task = await client.zoom(parent)
    for (const [on, call] of [
      ['task', (options) => client.task(task.taskId, options)],
      ['task', (options) => client.wait(task.taskId, options)],
      ['file', (options) => client.download(task, join(folder, 'never.png'), options)],
      ['file', (options) => task.images[0].bytes(options)],
    ]) {
      emulator.faults([{ on, fault: { kind: 'hang' } }])
      const seen = emulator.requests().length
      const abort = new AbortController()
      const running = call({ signal: abort.signal })
      while (emulator.requests().length === seen) await new Promise(setImmediate)
      abort.abort(new Error('enough'))
      await assert.rejects(running, isAbort(abort.signal))
    }
    assert.ok(!existsSync(join(folder, 'never.png')))
  })

  test('a signal outlives its calls and keeps no listener', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args) => (listeners++, add(...args))
    signal.removeEventListener = (...args) => (listeners--, remove(...args))
    await client.zoom(parent, { signal })
    await client.task(parent, { signal })
    for await (const _ of client.zoomMany([parent], { signal }));
    assert.equal(listeners, 0)
  })

  test('closing a client stops what is under way and names the tasks', async () => {
    const slow = await Emulator.start({ pictureSide: 24 })
    const waiting = slow.client()
    const accepted = new EventTarget()
    const zoom = waiting.zoom(parent, { onProgress: () => accepted.dispatchEvent(new Event('accepted')) })
    await once(accepted, 'accepted')
    const ended = assert.rejects(zoom, (error) => {
      assert.deepEqual([error.name, error.billed], ['CancelledError', 'yes'])
      return error.taskId === slow.bill().lines[0].taskId
    })
    await waiting[Symbol.asyncDispose]()
    await ended
    for await (const { error } of waiting.zoomMany([parent], { onProgress: () => waiting.close() })) {
      await waiting.close()
      assert.equal(error.taskId, slow.bill().lines[1].taskId)
    }
    await slow.close()
  })
})

describe('many', () => {
  test('any iterable in, each result once, order on request', async () => {
    const requests = function* () {
      for (let n = 0; n < 30; n++) yield [parent, { taskId: parent, zoomRatio: 1.5 }, new ZoomRequest(parent)][n % 3]
    }
    const heard = new Set()
    const indices = []
    for await (const { index, task, error } of client.zoomMany(requests(), {
      inOrder: true,
      onProgress: (at, progress) => heard.add(`${at} ${progress.taskId} ${progress.status}`),
    })) {
      assert.deepEqual([task.status, error], ['completed', null])
      assert.ok(heard.has(`${index} ${task.taskId} completed`))
      indices.push(index)
    }
    assert.deepEqual(indices, Array.from({ length: 30 }, (_, n) => n))
    assert.equal(emulator.bill().lines.length, 30)
  })

  test('results come while the input is waited for', async () => {
    let open
    const gate = new Promise((resolve) => (open = resolve))
    const slow = async function* () {
      yield parent
      await gate
      yield parent
    }
    const seen = []
    for await (const { index } of client.zoomMany(slow(), { window: 1 })) {
      seen.push(index)
      open()
    }
    assert.deepEqual(seen, [0, 1])
  })

  test('an endless input is read no further than the window, and is closed', async () => {
    let [read, closed] = [0, false]
    const endless = function* () {
      try {
        for (;;) {
          read++
          yield parent
        }
      } finally {
        closed = true
      }
    }
    for await (const { index } of client.zoomMany(endless(), { window: 5 })) if (index >= 10) break
    await new Promise(setImmediate)
    assert.ok(closed && read <= 10 + 1 + 5 + 5, `${read}`)
    await assert.rejects(client.zoomMany(endless(), { window: 0 }).next(), { field: 'window' })
  })

  test('an error of one is yielded; what the input throws comes after all before it', async () => {
    const broken = function* () {
      yield emulator.seeds.grid
      yield parent
      throw new Error('the input')
    }
    const ends = []
    await assert.rejects(async () => {
      for await (const { task, error } of client.zoomMany(broken())) ends.push(task?.status ?? error.code)
    }, /the input/)
    assert.deepEqual(ends.sort(), ['completed', 'refused'])
    await assert.rejects(client.zoomMany(['a\nb']).next(), InvalidError)
    await assert.rejects(client.zoomMany(parent).next(), /for one there is zoom/)
    const clumsy = () => {
      throw new Error('clumsy')
    }
    const named = []
    await assert.rejects(async () => {
      for await (const { error } of client.zoomMany([parent], { onProgress: clumsy })) named.push(error.taskId)
    }, /clumsy/)
    assert.deepEqual(named, [emulator.bill().lines[1].taskId])
  })

  test('an abort hands out every task that was paid for, then throws', async () => {
    const slow = await Emulator.start({ pictureSide: 24 })
    const abort = new AbortController()
    const named = []
    const accepted = new Set()
    const onProgress = (index) => accepted.add(index).size === 20 && abort.abort()
    const consume = async () => {
      const parents = Array(20).fill(parent)
      for await (const { error } of slow.client().zoomMany(parents, { signal: abort.signal, onProgress })) {
        assert.equal(error.name, 'AbortError')
        named.push(error.taskId)
      }
    }
    await assert.rejects(consume(), (error) => error === abort.signal.reason)
    assert.deepEqual(named.sort(), slow.bill().lines.map(({ taskId }) => taskId).sort())
    await slow.close()
  })

  test('a thousand at once: each its own task, a flat number of threads', { skip: process.platform !== 'linux' }, async () => {
    const names = () => readdirSync('/proc/self/task').map((id) => {
      try {
        return readFileSync(`/proc/self/task/${id}/comm`, 'utf8')
      } catch {
        return '' // it has just ended
      }
    })
    const threads = () => names().filter((name) => /^zoomout-(worker|timer)/.test(name)).length
    // Those of clients that have just been used stand by for a moment.
    const before = threads()
    let most = 0
    const zooms = Promise.all(Array.from({ length: 1000 }, () => client.zoom(parent)))
    const timer = setInterval(() => (most = Math.max(most, threads())), 5)
    const ids = (await zooms).map(({ taskId }) => taskId)
    clearInterval(timer)
    assert.deepEqual(ids.sort(), emulator.bill().lines.map(({ taskId }) => taskId).sort())
    assert.equal(new Set(ids).size, 1000)
    // The bound that `Limits` documents: requests, submissions read to their ends, downloads. Those beyond them tell
    // listeners, keep the time or stand by.
    assert.ok(most > 1 && most - before <= 64 + 10 + 16 + 2, `${most} threads, ${before} before`)
  })
})
