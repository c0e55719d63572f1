/** What is on record of submissions, and what becomes of it. */
import type { Task, ZoomoutError } from './index.js'

/** What is on record of one submission; see `Client.unfinished`. Moments are milliseconds since 1970. */
export interface Entry {
  /** Its number: they are given in order. */
  readonly number: number
  /** The address of the API. */
  readonly server: string
  /** A fingerprint of the account, from which nobody gets the key. */
  readonly account: string
  /** The name under which it is kept: the caller's key, or else the ticket. */
  readonly key: string
  /** Whether the caller gave it that name. */
  readonly named: boolean
  /** Which submission under this name it is, from 1. */
  readonly turn: number
  /** Whose claim it is; it carried that as its `Idempotency-Key`. */
  readonly ticket: string
  /** How far it is. */
  readonly state: 'intended' | 'accepted' | 'done' | 'failed' | 'refused' | 'unconfirmed'
  /** What was asked for: one member, the noun of the action, that holds the body of the request. */
  readonly request: { readonly [noun: string]: { readonly [field: string]: unknown } } | null
  /** What it is billed to. */
  readonly billingKey: string
  /** The task that it starts from. */
  readonly parent: string | null
  /** The task that was accepted. */
  readonly taskId: string | null
  /** Why it was refused, or why nobody knows. */
  readonly reason: string | null
  /** The price in USD, if the task has ended and the server told. */
  readonly cost: number | null
  /** The task as it ended, if that is on record. */
  readonly task: Task | null
  /** When it was claimed. */
  readonly intendedAt: number
  /** When it was known to be accepted. */
  readonly acceptedAt: number | null
  /** When its end was seen. */
  readonly endedAt: number | null
  /** When its end was handed out to whoever asked for it. */
  readonly handedOutAt: number | null
  /** When its pictures were saved. */
  readonly collectedAt: number | null
  /** Where its pictures were saved. */
  readonly files: readonly string[]
}

/** What became of one submission that was unfinished: its pictures are saved, or there is an error. */
export interface Collected {
  /** What was on record of it. */
  readonly entry: Entry
  /** Where its pictures are. */
  readonly paths: readonly string[]
  /** Why there are none, and what may be done about it. */
  readonly error: ZoomoutError | null
}

/** What a person says of a submission of which nobody knows: it is this task, or it was not billed. */
export type Resolution = { readonly taskId: string; readonly billed?: true } | { readonly billed: false }
