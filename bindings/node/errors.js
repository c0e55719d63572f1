'use strict'
// The errors of zoomout: one class for each kind, under one base.

class ZoomoutError extends Error {
  constructor({ kind, message, cause, retry_after: retryAfter, ...fields }) {
    // The core's own message may end with it.
    super(cause === null || message.endsWith(cause) ? message : `${message}: ${cause}`)
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
    if (cause !== null) Object.defineProperty(this, 'cause', { value: cause, writable: true, configurable: true })
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
    Object.defineProperty(error, 'cause', { value: signal.reason, writable: true, configurable: true })
  }
  return error
}

/** Calls the native half, which throws the core's JSON, or what it could not convert. */
function guarded(call) {
  try {
    return call()
  } catch (thrown) {
    if (thrown instanceof ZoomoutError || thrown instanceof TypeError) throw thrown
    if (thrown.message?.startsWith('{')) throw errorOf(thrown.message)
    throw new TypeError(thrown.message, { cause: thrown })
  }
}

module.exports = {
  errorOf,
  guarded,
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
