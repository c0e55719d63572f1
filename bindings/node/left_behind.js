'use strict'
// Submissions whose callers were stopped while they were on their way. They are read to their end all the same.

const { errorOf } = require('./errors.js')
const { valueOf } = require('./values.js')

/** So long a process stays for them. */
const PATIENCE_MS = 5_000

class LeftBehind {
  #wait
  #ends = []
  #collecting = null

  /** `wait` waits for so many milliseconds, and hands out what became of those that have come to their end. */
  constructor(wait) {
    this.#wait = wait
  }

  /** The same error. Where it is that of a submission that was left behind, the process stays to hear its end. */
  after(error) {
    if (error.code === 'cancelled' && error.billed === 'maybe') this.stay()
    return error
  }

  /** Keeps the process alive until their ends are known, or for a short while. */
  stay() {
    this.#collecting ??= this.#collect(PATIENCE_MS).finally(() => (this.#collecting = null))
    // That the last wait found no thread is no reason to end the process.
    this.#collecting.catch(() => {})
  }

  async settle(timeoutMs = PATIENCE_MS) {
    await this.#collect(timeoutMs)
    return this.#ends.splice(0)
  }

  async #collect(timeoutMs) {
    for (const { message, action, idempotency_key: idempotencyKey, submission, error } of JSON.parse(await this.#wait(timeoutMs))) {
      process.emitWarning(message, 'ZoomoutWarning')
      this.#ends.push(
        Object.freeze({
          action,
          idempotencyKey,
          submission: submission && valueOf(JSON.stringify(submission)),
          error: error && errorOf(JSON.stringify(error)),
        }),
      )
    }
  }
}

module.exports = { LeftBehind }
