'use strict'
// The errors of zoomout: one class for each kind, under one base.

class ZoomoutError extends Error {
  #told

  constructor(told) {
    const { kind, message, cause, retry_after: retryAfter, ...fields } = told
    // The core's own message may end with it.
    super(cause === null || message.endsWith(cause) ? message : `${message}: ${cause}`)
    this.#told = told
    this.code = kind
    this.billed = fields.billed
    this.field = fields.field
    this.taskId = fields.task_id
    this.status = fields.status
    this.type = fields.type
    this.serverCode = fields.code
    this.reasons = fields.reasons
    this.requestId = fields.request_id
    this.retryAfterMs = retryAfter === null ? null : retryAfter * 1000
    this.nextStep = fields.next_step
    if (cause !== null) because(this, cause)
  }

  /** What the core knows of it, under its own names: the same in every language. */
  toJSON() {
    return this.#told
  }

  get name() {
    return this.constructor.name
  }
}

class InvalidError extends ZoomoutError {}
class RefusedError extends ZoomoutError {}
class UnconfirmedError extends ZoomoutError {}
class TaskFailedError extends ZoomoutError {}
class DeadlineError extends ZoomoutError {}
class CancelledError extends ZoomoutError {}
class TransportError extends ZoomoutError {}
class ProtocolError extends ZoomoutError {}
class StorageError extends ZoomoutError {}

const classes = {
  invalid: InvalidError,
  refused: RefusedError,
  unconfirmed: UnconfirmedError,
  task_failed: TaskFailedError,
  deadline: DeadlineError,
  cancelled: CancelledError,
  transport: TransportError,
  protocol: ProtocolError,
  storage: StorageError,
}

/** The error that the core describes in this JSON. One that an AbortSignal caused is an AbortError, as in Node. */
function errorOf(json, signal) {
  const fields = JSON.parse(json)
  const error = new classes[fields.kind](fields)
  if (fields.kind === 'cancelled' && signal?.aborted) {
    Object.defineProperty(error, 'name', { value: 'AbortError', configurable: true })
    because(error, signal.reason)
  }
  return error
}

/** Keeps what lies behind an error where `Error` itself keeps it: out of sight of loops. */
function because(error, cause) {
  return Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true })
}

/**
 * What a listener threw, with what is known of the call that it stopped in its property `zoomout`, so that no paid
 * task is forgotten. Where nothing can be kept on it, it becomes the cause of what is known.
 */
function knowing(thrown, known) {
  const kept = { value: known, enumerable: true, writable: true, configurable: true }
  const isObject = Object(thrown) === thrown
  return isObject && Reflect.defineProperty(thrown, 'zoomout', kept) ? thrown : because(known, thrown)
}

/** Calls the native half, which throws the core's JSON. */
function guarded(call) {
  try {
    return call()
  } catch (thrown) {
    throw thrown.message?.startsWith('{') ? errorOf(thrown.message) : thrown
  }
}

module.exports = {
  errorOf,
  guarded,
  knowing,
  ZoomoutError,
  InvalidError,
  RefusedError,
  UnconfirmedError,
  TaskFailedError,
  DeadlineError,
  CancelledError,
  TransportError,
  ProtocolError,
  StorageError,
}
