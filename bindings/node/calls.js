'use strict'
// Which of the calls under way the native half means when it tells something.

class Calls {
  #listeners = new Map()
  #next = 1
  #awaited = 0
  #alive = null

  /** Called from the native half. It must not keep the client: a client without calls can be collected. */
  hear = (number, what, payload, ended) => {
    if (what === 'warning') process.emitWarning(payload, 'ZoomoutWarning')
    else this.#listeners.get(number)?.(what, payload, ended)
  }

  /** Begins to listen; tells the number to call by. */
  add(listener) {
    this.#listeners.set(this.#next, listener)
    return this.#next++
  }

  /** Stops listening. */
  remove(number) {
    this.#listeners.delete(number)
  }

  /** Waits for news, and keeps the process alive until they come: nothing native does. */
  async awaiting(news) {
    // The timer does nothing: that it is there keeps the event loop running.
    if (this.#awaited++ === 0) this.#alive = setInterval(() => {}, 2 ** 31 - 1)
    try {
      return await news
    } finally {
      if (--this.#awaited === 0) clearInterval(this.#alive)
    }
  }
}

module.exports = { Calls }
