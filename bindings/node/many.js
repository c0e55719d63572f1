'use strict'
// Many zooms: any iterable in, an async iterable of results out.

const { errorOf } = require('./errors.js')
const { isNothing, optionsOf, refused } = require('./options.js')
const { zoomOf } = require('./request.js')
const { progressOf, taskOf } = require('./values.js')

/** Wakes the one who waits; a ring before the wait is not lost. */
class Bell {
  #rung = false
  #wake = null

  ring() {
    this.#rung = true
    this.#wake?.()
  }

  async wait() {
    if (!this.#rung) await new Promise((resolve) => (this.#wake = resolve))
    this.#rung = false
    this.#wake = null
  }
}

function isIterable(value) {
  return !isNothing(value) && (Symbol.asyncIterator in Object(value) || Symbol.iterator in Object(value))
}

async function* zoomMany(calls, running, begin, handedOut, fetchPicture, leftBehind, requests, options) {
  const names = ['window', 'inOrder', 'signal', 'onProgress']
  const { window, inOrder, signal, onProgress } = optionsOf(options, names, 'zoomMany')
  // A string is an iterable of its letters.
  if (typeof requests === 'string' || !isIterable(requests)) throw refused('requests')
  signal?.throwIfAborted()
  const bell = new Bell()
  let trouble = null
  // Whether the input has no more to give, whether it is asked, and whether it is still wanted.
  let empty = false
  let reading = false
  let wanted = true
  // A result is handed out once its events have been heard: the native half has it a moment before.
  const heardOut = new Set()
  let held = null
  const nextHeard = () => {
    held ??= batch.take()
    if (held === null || !heardOut.delete(held.index)) return null
    const finished = held
    held = null
    return finished
  }
  const number = calls.add((what, payload) => {
    if (what === 'event') hear(JSON.parse(payload))
    else heardOut.add(JSON.parse(payload))
    bell.ring()
  })
  const hear = ([index, event]) => {
    const progress = progressOf(event)
    if (progress === null || trouble !== null) return
    const fail = (error) => {
      trouble ??= { error }
      stop()
    }
    try {
      // One that is async throws later.
      Promise.resolve(onProgress(index, progress)).catch(fail)
    } catch (error) {
      fail(error)
    }
  }
  let batch
  const stop = () => {
    wanted = false
    batch.cancel()
    bell.ring()
  }
  // Not waited for by `close()`, which may be called in the very loop that takes the results.
  const job = { cancel: stop, ended: null }
  let source
  try {
    batch = begin(number, window, inOrder, onProgress !== undefined)
    source = requests[Symbol.asyncIterator]?.() ?? requests[Symbol.iterator]()
    running.add(job)
    signal?.addEventListener('abort', stop, { once: true })
    const read = async () => {
      reading = true
      try {
        const { done, value } = await source.next()
        if (done) empty = true
        else if (wanted) batch.add(zoomOf(value))
      } catch (error) {
        trouble ??= { error }
        empty = true
      }
      reading = false
      bell.ring()
    }
    for (;;) {
      const more = wanted && !empty
      if (more && !reading && batch.hasRoom) read()
      for (let finished; (finished = nextHeard()) !== null; ) {
        const { index, task, error, ended } = finished
        yield Object.freeze({
          index,
          task: task === undefined ? null : taskOf(task, fetchPicture),
          error: error === undefined ? null : leftBehind.after(errorOf(error, signal)),
        })
        // Whoever comes back for the next one has this one.
        handedOut(ended)
      }
      if (held === null && batch.isEmpty && (empty || !wanted)) break
      if (!more || reading || !batch.hasRoom) await calls.awaiting(bell.wait())
    }
    if (trouble !== null) throw trouble.error
    // All that was under way has been handed out, so nothing is lost by saying that the rest was not.
    signal?.throwIfAborted()
  } finally {
    signal?.removeEventListener('abort', stop)
    running.delete(job)
    calls.remove(number)
    batch?.cancel()
    // Of those that are stopped here nobody hears otherwise.
    if (batch?.isEmpty === false) leftBehind.stay()
    // Not awaited: an input that is being asked answers when it likes.
    if (!empty) Promise.resolve(source?.return?.()).catch(() => {})
  }
}

module.exports = { zoomMany }
