/** Types of the Node package: zoom out Midjourney pictures, and never pay twice. */

/** The queue a job runs in, which also picks the price cell. The API takes `relax` when none is sent. */
export type Speed = 'relax' | 'fast' | 'turbo'

/** How far a picture is zoomed out: there are two tiers. */
export type Tier = 'Zoom Out 1.5x' | 'Zoom Out 2x'

/** The fields of a zoom. */
export interface ZoomFields {
  /** The parent: an upscaled picture. */
  readonly taskId: string
  /** Any finite number above 0. Below 2 it buys the tier 1.5x; 2, more, or none at all: 2x. */
  readonly zoomRatio?: number
  /** A button of the parent; not together with `zoomRatio`. */
  readonly customId?: string
  /** A tile of the parent, 1 to 4; normally not needed. */
  readonly index?: number
  /** The queue, and with it the price cell. */
  readonly speed?: Speed
  /** Your own notes, kept with the task. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A zoom before it is sent. Building one costs nothing and sends nothing. */
export class ZoomRequest {
  /** @throws {InvalidError} if a value cannot be sent; its `field` names it. */
  constructor(fields: ZoomFields)
  /** The tier that the ratio buys; `null` where a button decides by itself. */
  get tier(): Tier | null
  /** The price cell that an accepted submission is billed to. */
  get billingKey(): string
  /** The body of the request. */
  toJSON(): Record<string, unknown>
}

/** The kinds of error. */
export type ErrorCode =
  | 'invalid'
  | 'refused'
  | 'unconfirmed'
  | 'task_failed'
  | 'deadline'
  | 'cancelled'
  | 'transport'
  | 'protocol'
  | 'storage'

/** The base of every error of zoomout. */
export class ZoomoutError extends Error {
  /** The kind of error. */
  readonly code: ErrorCode
  /** Whether money was spent. */
  readonly billed: 'no' | 'maybe' | 'yes'
  /** The field that was refused, if one was. */
  readonly field?: string
  /** The task that was paid for or looked at, if its id is known. */
  readonly taskId?: string
  /** What to do next. */
  readonly nextStep: string
}
/** The input cannot be sent; nothing was, and nothing was charged. */
export class InvalidError extends ZoomoutError {}
/** The server said no; nothing was executed. */
export class RefusedError extends ZoomoutError {}
/** The submission may have arrived and may have been billed; nobody knows. */
export class UnconfirmedError extends ZoomoutError {}
/** The task ran and failed, or cannot finish; the server refunds it. */
export class TaskFailedError extends ZoomoutError {}
/** Our patience ended first; the task goes on. */
export class DeadlineError extends ZoomoutError {}
/** The caller stopped waiting. */
export class CancelledError extends ZoomoutError {}
/** The network failed where it is known what that means. */
export class TransportError extends ZoomoutError {}
/** The server answered something that cannot be understood. */
export class ProtocolError extends ZoomoutError {}
/** A file could not be written. */
export class StorageError extends ZoomoutError {}
