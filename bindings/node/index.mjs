// The same surface for `import`: one set of classes, whichever way the package is loaded.
import zoomout from './index.js'

export const {
  ZoomRequest,
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
} = zoomout
