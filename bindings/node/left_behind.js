'use strict'
// Submissions whose callers were stopped while they were on their way. They are read to their end all the same.

const { errorOf } = require('./errors.js')
const { valueOf } = require('./values.js')

/** So long a process stays for them. */
const PATIENCE_MS = 5_000

class LeftBehind {
  #wait
  #take
  #staying = null

  /**
   * `wait` waits for so many milliseconds, and tells what became of those of whom nobody was told; `take` hands out
   * what became of all.
   */
  constructor(wait, take) {
    this.#wait = wait
    this.#take = take
  }

  /** The same error. Where it is that of a submission that was left behind, the process stays to hear its end. */
  after(error) {
    if (error.code === 'cancelled' && error.billed === 'maybe') this.stay()
    return error
  }

  /** Keeps the process alive until their ends are known, or for a short while. */
  stay() {
    this.#staying ??= this.#tell(PATIENCE_MS)
      // A machine without a thread for this is no reason to end the process.
      .catch(() => {})
      .finally(() => (this.#staying = null))
  }

  async settle(timeoutMs = PATIENCE_MS) {
    await this.#tell(timeoutMs)
    return JSON.parse(this.#take()).map(({ action, ticket, submission, error }) =>
      Object.freeze({
        action,
        ticket,
        submission: submission && valueOf(JSON.stringify(submission)),
        error: error && errorOf(JSON.stringify(error)),
      }),
    )
  }

  async #tell(timeoutMs) {
    for (const line of JSON.parse(await this.#wait(timeoutMs))) process.emitWarning(line, 'ZoomoutWarning')
  }
}

module.exports = { LeftBehind }
