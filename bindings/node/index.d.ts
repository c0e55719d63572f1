/** Types of the Node package: zoom out Midjourney pictures, and never pay twice. */

// For Buffer, URL and AbortSignal, whether or not a user's compiler takes Node's types by itself.
/// <reference types="node" />

import type { Collected, Entry, Resolution } from './ledger.js'

export type { Collected, Entry, Resolution }

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
  /**
   * A name of your own under which it is submitted **once**: whoever asks for the same under it again, from any process
   * that shares the ledger, gets the task that was paid for.
   */
  readonly key?: string
  /** Whether to submit, and so **pay, again** where the task of its key has ended. */
  readonly again?: boolean
}

/** The fields of an upscale: a tile by its number, or a button of the grid. */
export interface UpscaleFields {
  /** The grid. */
  readonly taskId: string
  /** Which tile, 1 to 4. */
  readonly index?: number
  /** A button of the grid instead. */
  readonly customId?: string
  /** The queue, and with it the price cell. */
  readonly speed?: Speed
  /** Your own notes, kept with the task. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /**
   * A name of your own under which it is submitted **once**: whoever asks for the same under it again, from any process
   * that shares the ledger, gets the task that was paid for.
   */
  readonly key?: string
  /** Whether to submit, and so **pay, again** where the task of its key has ended. */
  readonly again?: boolean
}

/** A zoom before it is sent. Building one costs nothing and sends nothing. */
export class ZoomRequest {
  /**
   * @param fields The fields, or just the id of the parent.
   * @throws {InvalidError} if a value cannot be sent; its `field` names it.
   * @throws {TypeError} if a field has another name.
   */
  constructor(fields: ZoomFields | string)
  /** The tier that the ratio buys; `null` where a button decides by itself. */
  get tier(): Tier | null
  /** The price cell that an accepted submission is billed to. */
  get billingKey(): string
  /** The name under which it is submitted once. */
  get key(): string | null
  /** Whether it is submitted anew where it has ended. */
  get again(): boolean
  /** The body of the request. */
  toJSON(): Record<string, unknown>
}

/** Where a task stands: one of these, or the server's own word when it is none of them. */
export type Status =
  | 'pending'
  | 'processing'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'modal'
  | (string & Record<never, never>)

/** A picture of a task: plain data that can fetch itself. */
export class Image {
  private constructor()
  /** Where it is. Public: anybody who knows the link can see it. */
  readonly url: string
  /** Until when, in Unix seconds, if the server said so. */
  readonly expiresAt: number | null
  /**
   * Saves the picture into this file, whole or not at all, and says where. Free.
   * @throws {StorageError} if the file cannot be written.
   * @throws {TransportError} if the picture cannot be fetched.
   * @throws {RefusedError} if its link has expired.
   * @throws {ProtocolError} if what came is no picture.
   */
  save(path: string | URL, options?: CallOptions): Promise<string>
  /** The bytes of its file. Free. @throws {ZoomoutError} as `save`. */
  bytes(options?: CallOptions): Promise<Buffer>
}

/** A task as the server showed it. Plain data: it survives `JSON.stringify` and `postMessage`. */
export interface Task {
  /** Its id. */
  readonly taskId: string
  /** Where it stands. */
  readonly status: Status
  /** 0 to 100. */
  readonly progress: number | null
  /** Its pictures; a zoom may give one or four. */
  readonly images: readonly Image[]
  /** The 2x2 picture, where there is one. */
  readonly gridImageUrl: string | null
  /** Unix seconds. */
  readonly created: number | null
  /** Unix seconds. */
  readonly completed: number | null
  /** Seconds that the server expects it to take. */
  readonly estimatedTime: number | null
  /** Seconds that it took. */
  readonly actualTime: number | null
  /** Its price in USD. */
  readonly cost: number | null
  /** The same in credits. */
  readonly creditsCost: number | null
  /** Why it failed, in the server's words. */
  readonly error: { readonly message: string; readonly type: string | null; readonly code: string | null } | null
}

/** A submission that was accepted, and is billed. */
export interface Submission {
  /** The new task; keep it, it is what was paid for. */
  readonly taskId: string
  /** Where it stands. */
  readonly status: Status
}

/** A submission whose caller was stopped while it was on its way, and what became of it; see {@link Client.settle}. */
export interface Detached {
  /** What was submitted: one member, the noun of the action, that holds the body of the request. */
  readonly action: { readonly [noun: string]: { readonly [field: string]: unknown } }
  /** What names it in the ledger; it carried that as its `Idempotency-Key`. */
  readonly ticket: string
  /** It was accepted, and is billed. */
  readonly submission: Submission | null
  /** Or why not, and whether it may be billed all the same. */
  readonly error: ZoomoutError | null
}

/** Where a task stands, as `onProgress` hears it. */
export interface Progress {
  /** The task; the first call brings it as soon as it is known. */
  readonly taskId: string
  /** Where it stands. */
  readonly status: Status
  /** 0 to 100, never falling. */
  readonly percent: number | null
}

/** A button under a picture. */
export interface Button {
  /** What `zoom({ customId })` takes. */
  readonly customId: string
  /** What it says. */
  readonly label: string
  /** What it shows. */
  readonly emoji: string | null
  /** The tier that it presses, if it is a zoom. */
  readonly tier: Tier | null
}

/** A task with its buttons. */
export interface MidjourneyTask {
  /** Its id. */
  readonly taskId: string
  /** Where it stands. */
  readonly status: Status
  /** What made it, such as `UPSCALE`. */
  readonly action: string | null
  /** 0 to 100. */
  readonly progress: number | null
  /** What can be pressed. */
  readonly buttons: readonly Button[]
  /** Its pictures. */
  readonly imageUrls: readonly string[]
  /** The 2x2 picture, where there is one. */
  readonly gridImageUrl: string | null
  /** Why it failed. */
  readonly failReason: string | null
}

/** What every call takes. */
export interface CallOptions {
  /**
   * Stops the call. Aborted before it began, it throws `signal.reason`, and nothing was sent. Aborted later,
   * it throws a {@link CancelledError} whose `name` is `AbortError` and whose `cause` is `signal.reason`: one
   * reason may stop many calls, and each must be able to name its task.
   */
  readonly signal?: AbortSignal
}

/** What calls that wait for a task take. */
export interface WaitOptions extends CallOptions {
  /**
   * Hears where the task stands, first of all its id. What it throws stops the wait and comes out of the call, with
   * a property `zoomout` that names the task and says what it cost: a {@link CancelledError}, or how the task ended.
   * What can have no property, such as a string, becomes the `cause` of that error, which is thrown instead.
   */
  readonly onProgress?: (progress: Progress) => void
}

/** What `zoomMany` takes. */
export interface ManyOptions extends CallOptions {
  /** How many may be under way at a time; 32 if it is not given. */
  readonly window?: number
  /** Whether to yield in the order of the input. */
  readonly inOrder?: boolean
  /** Hears of each, by its place in the input, where it stands. */
  readonly onProgress?: (index: number, progress: Progress) => void
}

/** One of many that has ended: with a task, or with an error. */
export type Finished =
  | { readonly index: number; readonly task: Task; readonly error: null }
  | { readonly index: number; readonly task: null; readonly error: ZoomoutError }

/** The settings of a client. */
export interface Settings {
  /** The key; without one, the environment variable `APIMART_API_KEY` is read. */
  readonly apiKey?: string
  /** Another address of the API; without a key and an address, `APIMART_BASE_URL` is read. */
  readonly baseUrl?: string
  /** In which language the messages of failed tasks are worded, such as `en`. */
  readonly language?: string
  /** How long to wait for a task in all, in milliseconds; 31 minutes if it is not given. */
  readonly timeoutMs?: number
  /** How long each phase of a call or a download may take, in milliseconds: shorter or longer than usual. */
  readonly callTimeoutMs?: number
  /**
   * `never` sends every submission once, whatever happens; `safe`, the default, sends again only what provably
   * was not executed; `eager` **may pay twice**.
   */
  readonly resubmit?: 'never' | 'safe' | 'eager'
  /**
   * A file in which it is written down what was submitted and what came of it: what was paid for outlives the process,
   * and any number of processes may share it. In memory if it is not given.
   */
  readonly ledger?: string | URL
}

/**
 * A client of the API that never pays twice. Only `zoom`, `submit` and `upscale` cost money, once for each
 * accepted submission.
 *
 * Requests are made by threads of its own: a wait holds neither the event loop nor a thread of libuv's pool.
 * The process stays alive while a call is under way, and ends by itself when none is.
 *
 * @example
 * ```js
 * import { Client } from 'zoomout'
 *
 * const client = new Client() // APIMART_API_KEY
 * const task = await client.zoom({ taskId: 'task_01KQW0D3WJ2QYJP9E3H7GZ4D2R', zoomRatio: 1.5, speed: 'turbo' })
 * console.log(await task.images[0].save('wider.png'))
 * ```
 */
export class Client {
  /** @throws {InvalidError} if a value cannot be used, or the key is missing; its `field` names it. */
  constructor(settings?: Settings)
  /** The address of the API. */
  get baseUrl(): string
  /**
   * Zooms out and waits for the picture. **Costs money** once accepted.
   *
   * @param request The request, its fields, or the id of the parent.
   * @throws {InvalidError} A value cannot be sent, or the key stands for another request; nothing was sent.
   * @throws {RefusedError} The server said no: to the zoom, which is not billed, or to show its task, which is.
   * @throws {UnconfirmedError} Nobody knows whether it was accepted; **may have been billed**. See `resolve`.
   * @throws {TaskFailedError} The task failed, and is refunded; one that hangs, after 30 minutes.
   * @throws {DeadlineError} The task did not finish in time; `wait` goes on.
   * @throws {CancelledError} It was stopped; the task, if there is one, goes on.
   * @throws {TransportError} The network failed; `billed` tells whether before or after it was accepted.
   * @throws {ProtocolError} The server's answer cannot be understood.
   * @throws {StorageError} The ledger cannot be written; nothing was sent.
   */
  zoom(request: ZoomRequest | ZoomFields | string, options?: WaitOptions): Promise<Task>
  /**
   * Submits a zoom and resolves as soon as it is accepted. **Costs money** once accepted. `wait` fetches the
   * result. Errors are those of `zoom`.
   */
  submit(request: ZoomRequest | ZoomFields | string, options?: CallOptions): Promise<Submission>
  /**
   * Cuts one tile out of a grid, which makes it zoomable, and waits for it. **Costs money** once accepted.
   * Errors are those of `zoom`.
   */
  upscale(fields: UpscaleFields, options?: WaitOptions): Promise<Task>
  /** Waits for a task that was submitted before. Free. Errors are those of `zoom`, but for those of a submission. */
  wait(taskId: string, options?: WaitOptions): Promise<Task>
  /**
   * Looks at a task once. Free. A task that failed is not an error here.
   * @throws {RefusedError} The server will not show it.
   * @throws {TransportError} The server could not be asked.
   * @throws {ProtocolError} Its answer shows no task.
   */
  task(taskId: string, options?: CallOptions): Promise<Task>
  /** Looks at what can be pressed under a picture. Free. Errors are those of `task`. */
  buttons(taskId: string, options?: CallOptions): Promise<MidjourneyTask>
  /**
   * Saves every picture of a finished task, whole or not at all, and says where. Free.
   *
   * @param task A task, or what is left of it after JSON or `postMessage`.
   * @param path A file, or a folder (one that exists, or a path that ends with a slash). Of several pictures
   *   each gets a number.
   * @throws {ZoomoutError} as `Image.save`.
   */
  download(
    task: {
      readonly taskId: string
      readonly images: ReadonlyArray<{ readonly url: string }>
      readonly gridImageUrl: string | null
    },
    path: string | URL,
    options?: CallOptions,
  ): Promise<string[]>
  /**
   * Zooms many pictures at once, and yields each result as it ends. Each accepted one **costs money**.
   *
   * The input may be endless: it is read only as far as there is room in the window, and nothing is submitted
   * before the first result is asked for. An error of one is yielded, not thrown, and stops nobody else; what
   * the input throws, and a request that cannot be sent, is thrown once all before it have ended. Leaving the
   * loop stops all. After an abort, or when `onProgress` throws, each that was under way is yielded with an error
   * that names its task, and then `signal.reason`, or what was thrown, is thrown.
   *
   * A result counts as handed out once the next one is asked for. Whatever ends the loop before that loses nothing:
   * what was paid for and not handed out is among `unfinished()`, the last result included.
   */
  zoomMany(
    requests: Iterable<ZoomRequest | ZoomFields | string> | AsyncIterable<ZoomRequest | ZoomFields | string>,
    options?: ManyOptions,
  ): AsyncGenerator<Finished, void, undefined>
  /**
   * What was accepted, or may have been, and was not handed out: by this client, or by anybody who shares its ledger,
   * for this account on this server. Free; nothing is sent.
   *
   * Handed out is how a task ended: by a call that returned it, by a loop that asked for the next one, or as a file. A
   * task that was only submitted is unfinished until then; a submission of which nobody knows, until somebody
   * `resolve`s it.
   * @throws {StorageError} if the ledger cannot be read.
   */
  unfinished(options?: CallOptions): Promise<Entry[]>
  /**
   * Waits for everything that is `unfinished()`, and saves its pictures in this folder, which is made if it is not
   * there, as `<taskId>.png`: then it is unfinished no more. Free. Each is yielded as it ends; of a submission of which
   * nobody knows, with an {@link UnconfirmedError}: see `resolve`.
   * @throws {StorageError} if the ledger cannot be read.
   */
  collect(folder: string | URL, options?: CallOptions): AsyncGenerator<Collected, void, undefined>
  /**
   * Settles what nobody knows, by a person's word after a look at the account: the unconfirmed submission under this
   * key is that task, or was not billed. Free; after the latter, whoever asks under the key again submits again.
   * @throws {InvalidError} if neither was said, or both.
   * @throws {StorageError} if the ledger has no unconfirmed submission under this key, or cannot be written.
   */
  resolve(key: string, resolution: Resolution, options?: CallOptions): Promise<Entry>
  /**
   * Waits, at most for so long, for the submissions whose callers were stopped while they were on their way, and
   * tells what became of each, once. Each is read to its end whether or not somebody asks; so that it can be, a
   * process stays for up to 5 seconds, and tells of it as a warning called `ZoomoutWarning`.
   *
   * @param timeoutMs 5000 if it is not given.
   */
  settle(timeoutMs?: number): Promise<Detached[]>
  /** Stops every call under way; each throws a {@link CancelledError} that names its task. */
  close(): Promise<void>
  /** As `close()`: `await using client = new Client()`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** The version of the package. */
export const VERSION: string

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

/** What the answer of a server means. */
export type Reason =
  | 'authentication'
  | 'payment'
  | 'permission'
  | 'not_found'
  | 'parent_not_upscaled'
  | 'rate_limit'
  | 'moderation'

/** The base of every error of zoomout. */
export class ZoomoutError extends Error {
  protected constructor()
  /** The kind of error. */
  readonly code: ErrorCode
  /** Whether money was spent. */
  readonly billed: 'no' | 'maybe' | 'yes'
  /** What was refused, if something was: a field under the API's own name, an option of this package under its own. */
  readonly field: string | null
  /** The task that was paid for or looked at, if its id is known. */
  readonly taskId: string | null
  /** The HTTP status of the server's answer, if there was one. */
  readonly status: number | null
  /** The server's own word for the kind of error. */
  readonly type: string | null
  /** The server's code, as text. */
  readonly serverCode: string | null
  /** What the server's answer means. */
  readonly reasons: readonly Reason[]
  /** The id under which the server knows the request. */
  readonly requestId: string | null
  /** Milliseconds that the server asked to wait. */
  readonly retryAfterMs: number | null
  /** What lies behind it: the server's words, the network's, or the `reason` of an abort. */
  readonly cause?: unknown
  /** What to do next, in a sentence. */
  readonly nextStep: string
  /** What is known of it as JSON, under the same names in every language. */
  toJSON(): Record<string, unknown>
}
/** The input cannot be sent; nothing was, and nothing was charged. */
export class InvalidError extends ZoomoutError {}
/** The server said no: to a submission, which was not executed, or to show a task. */
export class RefusedError extends ZoomoutError {}
/** The submission may have arrived and may have been billed; nobody knows. */
export class UnconfirmedError extends ZoomoutError {}
/** The task ran and failed, or cannot finish; the server refunds it. */
export class TaskFailedError extends ZoomoutError {}
/** Our patience ended first; the task goes on. */
export class DeadlineError extends ZoomoutError {}
/** The caller stopped waiting. Its `name` is `AbortError` if that was by an `AbortSignal`. */
export class CancelledError extends ZoomoutError {}
/** The network failed where it is known what that means. */
export class TransportError extends ZoomoutError {}
/** The server answered something that cannot be understood. */
export class ProtocolError extends ZoomoutError {}
/** A file could not be written. */
export class StorageError extends ZoomoutError {}
