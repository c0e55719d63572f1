/** The API on this machine, to test programs without a network, a key or a cost. */
import { Client, Settings } from './index.js'

/** A line of the bill. */
export interface BillLine {
  /** The task that was paid for. */
  readonly taskId: string
  /** The price cell. */
  readonly billingKey: string
  /** Its price in USD. */
  readonly usd: number
  /** Whether the server gave it back. */
  readonly refunded: boolean
  /** The notes of the submission. */
  readonly metadata: unknown
  /** The idempotency key that came with it, if one did. */
  readonly idempotencyKey: string | null
}

/** What is owed. */
export interface Bill {
  /** One for each accepted submission. */
  readonly lines: readonly BillLine[]
  /** The sum of what was not refunded, in USD. */
  readonly totalUsd: number
}

/** How an emulator is started. */
export interface EmulatorOptions {
  /** The port; 0, the default, takes a free one. */
  readonly port?: number
  /** How many times faster than real time the tasks live, above 0. Clients made by `client()` keep pace. */
  readonly timeScale?: number
  /** Width and height of each picture in pixels, 1 to 4096. */
  readonly pictureSide?: number
}

/**
 * The documented API on a port of this machine: lifecycle, pictures, a bill, and faults on demand. It runs on
 * threads of its own and does not keep the process alive.
 *
 * @example
 * ```js
 * import { Emulator } from 'zoomout/testing'
 *
 * const emulator = await Emulator.start({ timeScale: 500, pictureSide: 64 })
 * const task = await emulator.client().zoom(emulator.seeds.upscaled)
 * console.log(task.status, emulator.bill().lines.length) // completed 1
 * await emulator.close()
 * ```
 */
export class Emulator {
  private constructor()
  /**
   * @throws {InvalidError} if an option cannot be used.
   * @throws {Error} if the port cannot be listened on.
   */
  static start(options?: EmulatorOptions): Promise<Emulator>
  /** The address to give to a client. */
  get url(): string
  /** The key that it accepts. It opens nothing else. */
  get key(): string
  /** The ids of the tasks that are there from the start, by what they are. */
  get seeds(): Readonly<Record<'upscaled' | 'grid' | 'running' | 'failed' | 'foreign' | 'expired', string>>
  /** A client of this emulator, at its pace. */
  client(settings?: Settings): Client
  /** One line for each accepted submission, and the total of what was not refunded. */
  bill(): Bill
  /** The requests that arrived, without the key. */
  requests(): ReadonlyArray<Readonly<Record<string, unknown>>>
  /**
   * Replaces the faults to come; the emulator's README lists them.
   * @throws {Error} if a rule cannot work; the message says why.
   */
  faults(rules: ReadonlyArray<Readonly<Record<string, unknown>>>, seed?: number): void
  /** Lets the emulated time jump by so many milliseconds. @throws {InvalidError} if they are no span of time. */
  advance(ms: number): void
  /** Starts anew: seeded tasks only, no bill, no faults. */
  reset(): void
  /** Refuses connections, or lets them in again. */
  refuseConnections(refuse?: boolean): void
  /** Ends it at once, with every connection. */
  close(): Promise<void>
  /** As `close()`. */
  [Symbol.asyncDispose](): Promise<void>
}
