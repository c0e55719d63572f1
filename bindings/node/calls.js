'use strict'
// Which of the calls under way the native half means when it tells something.

class Calls {
  #pending = new Map()
  #next = 1
  #alive = null

  /** Called from the native half. It must not keep the client: a client without calls can be collected. */
  hear = (number, what, payload) => {
    this.#pending.get(number)?.(what, payload)
  }

  /** Begins to listen, and keeps the process alive. */
  add(listener) {
    // The timer does nothing: that it is there keeps the event loop running.
    this.#alive ??= setInterval(() => {}, 2 ** 31 - 1)
    this.#pending.set(this.#next, listener)
    return this.#next++
  }

  /** Stops listening; without anybody to wait for, the process may end. */
  remove(number) {
    this.#pending.delete(number)
    if (this.#pending.size === 0) {
      clearInterval(this.#alive)
      this.#alive = null
    }
  }
}

module.exports = { Calls }
