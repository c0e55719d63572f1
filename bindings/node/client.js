'use strict'
// The client: promises over calls that are made by threads of the native half.

const { Calls } = require('./calls.js')
const { errorOf, guarded, knowing } = require('./errors.js')
const { LeftBehind } = require('./left_behind.js')
const { zoomMany } = require('./many.js')
const native = require('./load.js')
const { optionsOf } = require('./options.js')
const { UPSCALE, fieldsOf, only, zoomOf } = require('./request.js')
const { collectedOf, entryOf, ledgerOf, pathOf, progressOf, taskOf, valueOf } = require('./values.js')

const SETTINGS = ['apiKey', 'baseUrl', 'language', 'timeoutMs', 'callTimeoutMs', 'resubmit', 'ledger']
const OPTIONS = ['signal', 'onProgress']
/** So long a process stays to write down what was handed out. */
const FLUSH_MS = 1_000
const { NativeAsk } = native

process.once('exit', () => native.flush(FLUSH_MS))

class Client {
  #calls = new Calls()
  #native
  #running = new Set()
  #leftBehind = new LeftBehind(
    (timeoutMs) => this.#settling(timeoutMs),
    () => guarded(() => this.#native.settled()),
  )

  constructor(settings = {}, pace = undefined) {
    const { ledger, ...typed } = only(settings, SETTINGS, 'a client')
    const given = { ...typed, ledger: ledgerOf(ledger), pace }
    this.#native = guarded(() => new native.NativeClient(given, this.#calls.hear))
  }

  get baseUrl() {
    return this.#native.baseUrl
  }

  async zoom(request, options) {
    return this.#task(NativeAsk.zoom(zoomOf(request)), options)
  }

  async submit(request, options) {
    return valueOf(await this.#ask(NativeAsk.submit(zoomOf(request)), options))
  }

  async upscale(fields, options) {
    return this.#task(guarded(() => NativeAsk.upscale(fieldsOf(fields, UPSCALE))), options)
  }

  async wait(taskId, options) {
    return this.#task(guarded(() => NativeAsk.wait(taskId)), options)
  }

  async task(taskId, options) {
    return this.#task(guarded(() => NativeAsk.task(taskId)), options)
  }

  async buttons(taskId, options) {
    return valueOf(await this.#ask(guarded(() => NativeAsk.buttons(taskId)), options))
  }

  async download(task, path, options) {
    return this.#ask(guarded(() => NativeAsk.download(JSON.stringify(task), pathOf(path))), options)
  }

  zoomMany(requests, options) {
    const begin = (...args) => guarded(() => this.#native.batch(...args))
    return zoomMany(
      this.#calls,
      this.#running,
      begin,
      this.#handedOut,
      this.#picture,
      this.#leftBehind,
      requests,
      options,
    )
  }

  async unfinished(options) {
    const entries = JSON.parse(await this.#ask(NativeAsk.unfinished(), options))
    return entries.map((entry) => entryOf(entry, this.#picture))
  }

  async *collect(folder, options) {
    const { signal } = optionsOf(options, ['signal'], 'collect')
    const collecting = guarded(() => this.#native.collect(pathOf(folder)))
    try {
      for (;;) {
        const json = await this.#call((number) => collecting.start(number), { signal })
        const collected = collectedOf(JSON.parse(json), this.#picture)
        if (collected === null) return
        yield collected
      }
    } finally {
      collecting.cancel()
    }
  }

  async resolve(key, resolution, options) {
    const { taskId, billed } = only(resolution ?? {}, ['taskId', 'billed'], 'a resolution')
    const ask = guarded(() => NativeAsk.resolve(key, taskId, billed))
    return entryOf(JSON.parse(await this.#ask(ask, options)), this.#picture)
  }

  async close() {
    const stopped = [...this.#running]
    for (const { cancel } of stopped) cancel()
    await Promise.allSettled(stopped.map(({ ended }) => ended))
  }

  async settle(timeoutMs) {
    return this.#leftBehind.settle(timeoutMs)
  }

  async [Symbol.asyncDispose]() {
    await this.close()
  }

  /** How a picture fetches itself. */
  #picture = (ask, options) => this.#ask(ask, options)

  async #settling(timeoutMs) {
    let settle
    const ended = new Promise((resolve) => (settle = resolve))
    const number = this.#calls.add((_what, payload) => settle(payload))
    try {
      guarded(() => this.#native.settle(number, timeoutMs))
      return await this.#calls.awaiting(ended)
    } finally {
      this.#calls.remove(number)
    }
  }

  async #task(ask, options) {
    return taskOf(await this.#ask(ask, options), this.#picture)
  }

  /** The end of this task has reached whoever asked for it: it is unfinished no more. */
  #handedOut = (taskId) => {
    if (typeof taskId === 'string') this.#native.acknowledge(taskId)
  }

  async #ask(ask, options) {
    return this.#call((number, events) => this.#native.start(number, ask, events), options)
  }

  async #call(begin, options) {
    const { signal, onProgress } = optionsOf(options, OPTIONS, 'this call')
    // What the listener threw, and the task that it was told of.
    let thrown = null
    let job
    const heard = (json) => {
      const progress = progressOf(JSON.parse(json))
      if (progress === null || thrown !== null) return
      const stop = (error) => {
        thrown ??= { error, taskId: progress.taskId }
        job.cancel()
      }
      try {
        // One that is async throws later.
        Promise.resolve(onProgress(progress)).catch(stop)
      } catch (error) {
        stop(error)
      }
    }
    let settle
    const ended = new Promise((resolve) => (settle = resolve))
    const number = this.#calls.add((what, payload, task) =>
      what === 'event' ? heard(payload) : settle([what, payload, task]),
    )
    const running = { cancel: () => job.cancel(), ended }
    const abort = () => job.cancel()
    try {
      signal?.throwIfAborted()
      job = guarded(() => begin(number, onProgress !== undefined))
      this.#running.add(running)
      signal?.addEventListener('abort', abort, { once: true })
      const [what, payload, task] = await this.#calls.awaiting(ended)
      if (thrown !== null) {
        const known = what === 'failed' ? payload : native.stoppedByListener(thrown.taskId)
        throw knowing(thrown.error, this.#leftBehind.after(errorOf(known)))
      }
      // From here on nothing comes between this and the caller.
      this.#handedOut(task)
      if (what === 'failed') throw this.#leftBehind.after(errorOf(payload, signal))
      return payload
    } finally {
      signal?.removeEventListener('abort', abort)
      this.#running.delete(running)
      this.#calls.remove(number)
    }
  }
}

module.exports = { Client }
