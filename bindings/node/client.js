'use strict'
// The client: promises over calls that are made by threads of the native half.

const { Calls } = require('./calls.js')
const { errorOf, guarded, knowing } = require('./errors.js')
const { LeftBehind } = require('./left_behind.js')
const { zoomMany } = require('./many.js')
const native = require('./load.js')
const { optionsOf } = require('./options.js')
const { UPSCALE, fieldsOf, only, zoomOf } = require('./request.js')
const { pathOf, progressOf, taskOf, valueOf } = require('./values.js')

const SETTINGS = ['apiKey', 'baseUrl', 'language', 'timeoutMs', 'callTimeoutMs', 'resubmit']
const OPTIONS = ['signal', 'onProgress']
const { NativeAsk } = native

class Client {
  #calls = new Calls()
  #native
  #running = new Set()
  #leftBehind = new LeftBehind(
    (timeoutMs) => this.#settling(timeoutMs),
    () => guarded(() => this.#native.settled()),
  )

  constructor(settings = {}, pace = undefined) {
    const typed = only(settings, SETTINGS, 'a client')
    this.#native = guarded(() => new native.NativeClient({ ...typed, pace }, this.#calls.hear))
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
    return zoomMany(this.#calls, this.#running, begin, this.#picture, this.#leftBehind, requests, options)
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

  async #ask(ask, options) {
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
    const number = this.#calls.add((what, payload) => (what === 'event' ? heard(payload) : settle([what, payload])))
    const running = { cancel: () => job.cancel(), ended }
    const abort = () => job.cancel()
    try {
      signal?.throwIfAborted()
      job = guarded(() => this.#native.start(number, ask, onProgress !== undefined))
      this.#running.add(running)
      signal?.addEventListener('abort', abort, { once: true })
      const [what, payload] = await this.#calls.awaiting(ended)
      if (thrown !== null) {
        const known = what === 'failed' ? payload : native.stoppedByListener(thrown.taskId)
        throw knowing(thrown.error, this.#leftBehind.after(errorOf(known)))
      }
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
