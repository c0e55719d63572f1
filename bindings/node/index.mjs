// The same objects for import: one copy, so that instanceof holds everywhere.
import zoomout from './index.js'

export const {
  Client,
  ZoomRequest,
  Image,
  VERSION,
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
