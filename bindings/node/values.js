'use strict'
// What the server told, as plain frozen objects under this language's names.

const { fileURLToPath } = require('node:url')

const { errorOf, guarded } = require('./errors.js')
const native = require('./load.js')

// What users wrote themselves keeps its names.
const FOREIGN = ['metadata', 'body', 'headers']

/** A picture: plain data that can fetch itself. */
class Image {
  #ask

  constructor({ url, expiresAt }, ask) {
    this.url = url
    this.expiresAt = expiresAt
    this.#ask = ask
    Object.freeze(this)
  }

  async save(path, options) {
    const [saved] = await this.#ask(guarded(() => native.NativeAsk.save(this.url, pathOf(path))), options)
    return saved
  }

  async bytes(options) {
    return this.#ask(native.NativeAsk.read(this.url), options)
  }
}

/** A path as the native half takes it. */
function pathOf(path) {
  return path instanceof URL ? fileURLToPath(path) : path
}

/** Where a ledger is, as the native half takes it, which knows what it can be. */
function ledgerOf(ledger) {
  return ledger instanceof URL && ledger.protocol !== 'file:' ? ledger.href : pathOf(ledger)
}

function camel(name) {
  return name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
}

/** The value of the core's JSON. */
function valueOf(json) {
  return plain(JSON.parse(json))
}

function plain(value) {
  if (Array.isArray(value)) return Object.freeze(value.map(plain))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  return Object.freeze(
    Object.fromEntries(entries.map(([name, part]) => [camel(name), FOREIGN.includes(name) ? part : plain(part)])),
  )
}

/** A task, whose pictures are fetched by `ask`. */
function taskOf(json, ask) {
  return withImages(valueOf(json), ask)
}

function withImages(task, ask) {
  return Object.freeze({ ...task, images: Object.freeze(task.images.map((image) => new Image(image, ask))) })
}

/** What is on record of a submission. What was asked for keeps the names of the API. */
function entryOf({ request, task, ...fields }, ask) {
  return Object.freeze({ ...plain(fields), request, task: task && withImages(plain(task), ask) })
}

/** What became of one that was unfinished; `null` after the last. */
function collectedOf(collected, ask) {
  if (collected === null) return null
  const { entry, paths, error } = collected
  return Object.freeze({
    entry: entryOf(entry, ask),
    paths: Object.freeze(paths),
    error: error && errorOf(JSON.stringify(error)),
  })
}

/** Where a task stands, if that is what an event is about. */
function progressOf({ event, task_id: taskId, status, percent = null }) {
  return event === 'retrying' || event === 'unrecorded' ? null : Object.freeze({ taskId, status, percent })
}

module.exports = { Image, camel, collectedOf, entryOf, ledgerOf, pathOf, progressOf, taskOf, valueOf }
