'use strict'
// The errors of zoomout: one class for each kind, under one base.

class ZoomoutError extends Error {
  constructor({ message, ...fields }) {
    super(message)
    Object.assign(this, fields)
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

const classOf = (code) => classes[code] ?? ZoomoutError

module.exports = {
  classOf,
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
