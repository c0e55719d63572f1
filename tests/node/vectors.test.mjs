// Every shared case, found by walking their folder, through the native half of the package.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import { ZoomRequest, ZoomoutError } from 'zoomout'

const require = createRequire(import.meta.url)
const { NativeMachine, NativeZoom, readButtons, readTask } = require('../../bindings/node/load.js')

// Whose calls the machines make.
const KEY = 'sk-shared-case'
const { errorOf, guarded } = require('../../bindings/node/errors.js')
const { UPSCALE, ZOOM, fieldsOf } = require('../../bindings/node/request.js')
const { taskOf, valueOf } = require('../../bindings/node/values.js')

const folder = new URL('../vectors/', import.meta.url)
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())

/** What the API says, under this language's names; what users wrote keeps its own. */
function camelled(value) {
  if (Array.isArray(value)) return value.map(camelled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [camel(name), camelled(part)]))
}

/** Fields under this language's names, with the numbers that JSON cannot write. */
function fields(given) {
  const entries = Object.entries(given).filter(([, value]) => value !== null)
  return Object.fromEntries(
    entries.map(([name, value]) => [camel(name), name === 'zoom_ratio' ? Number(value) : value]),
  )
}

const zoom = (given) => new NativeZoom(fieldsOf(fields(given), ZOOM))

function reply({ status, headers, body }) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers: Object.entries(headers), body: Buffer.from(text) }
}

/** Every member that the case lists is so, under the names that it has here. */
function checkError(error, expected) {
  assert.ok(error instanceof ZoomoutError, String(error))
  const names = { kind: 'code', code: 'serverCode', retry_after: 'retryAfterMs' }
  for (const [name, value] of Object.entries(expected)) {
    const wanted = name === 'retry_after' && value !== null ? value * 1000 : value
    assert.deepEqual(error[names[name] ?? camel(name)] ?? null, wanted, name)
  }
}

/** What a call gives, or how it must fail. */
function attempt(call, expected, check) {
  let value
  try {
    value = guarded(call)
  } catch (error) {
    checkError(error, expected.error ?? assert.fail(error))
    return
  }
  check(value)
}

function handOver(machine, now, answer) {
  if ('failure' in answer) machine.onFailure(now, answer.failure === 'not_sent', 'the network')
  else machine.onResponse(now, reply(answer))
}

/** The call of a submission, whose claim is granted first. */
function sent(machine) {
  assert.ok(JSON.parse(machine.poll(0)).claim)
  machine.onClaim(0)
  return JSON.parse(machine.poll(0)).send
}

/** The next step that is no record: each is written. */
function recorded(machine) {
  for (;;) {
    const step = JSON.parse(machine.poll(0))
    if (!step.record) return step
    machine.onRecord(0)
  }
}

function written(record) {
  const [[name, value]] = Object.entries(record)
  if (name === 'accepted') return `record accepted ${value.task_id}`
  if (name === 'ended') return `record ${value.done ? 'done' : 'failed'} ${value.task_id}`
  return `record ${name}`
}

function describe(event) {
  if (['submitted', 'resumed', 'unrecorded'].includes(event.event)) return `${event.event} ${event.task_id ?? '-'}`
  if (event.event === 'progress') return `progress ${event.status} ${event.percent ?? '-'}`
  return `retrying ${event.attempt}`
}

function begin({ start, policy, seed }) {
  if (start.zoom) return NativeMachine.zoom(KEY, zoom(start.zoom), policy, seed)
  if (start.upscale) return NativeMachine.upscale(KEY, fieldsOf(fields(start.upscale), UPSCALE), policy, seed)
  return NativeMachine.wait(KEY, start.wait, policy, seed)
}

const CHECKS = {
  tiers(given, expected) {
    assert.equal(new ZoomRequest(fields({ task_id: 'task_1', ...given })).tier, expected.tier)
  },

  requests(given, expected) {
    const build = () => {
      if (given.action !== 'zoom') return NativeMachine.upscale(KEY, fieldsOf(fields(given.fields), UPSCALE), {}, 7)
      const request = new ZoomRequest(fields(given.fields))
      if (!expected.error) {
        assert.deepEqual(request.toJSON(), expected.body)
        assert.deepEqual([request.tier, request.billingKey], [expected.tier, expected.billing_key])
      }
      return NativeMachine.zoom(KEY, zoom(given.fields), {}, 7)
    }
    attempt(build, expected, (machine) => {
      const { method, path, body } = expected
      const { by, ...send } = sent(machine)
      assert.ok(by > 0)
      assert.deepEqual(send, { method, path, body })
    })
  },

  tasks(given, expected) {
    attempt(() => readTask(KEY, given.task_id, reply(given)), expected, (json) => {
      assert.deepEqual(JSON.parse(JSON.stringify(taskOf(json, null))), camelled(expected))
    })
  },

  buttons(given, expected) {
    attempt(() => readButtons(KEY, given.task_id, reply(given)), expected, (json) => {
      assert.deepEqual(valueOf(json), camelled(expected))
    })
  },

  errors(given, expected) {
    const machine = NativeMachine.zoom(KEY, zoom({ task_id: 'task_parent' }), { resubmit: 'never' }, 7)
    sent(machine)
    machine.onResponse(0, reply(given))
    checkError(errorOf(JSON.stringify(recorded(machine).failed)), expected)
  },

  resubmission(given, expected) {
    const machine = NativeMachine.zoom(KEY, zoom({ task_id: 'task_parent' }), { resubmit: given.resubmit }, 7)
    sent(machine)
    handOver(machine, 0, given.attempt)
    const { failed, report } = recorded(machine)
    const verdict = failed ? failed.kind : { submitted: 'accepted', retrying: 'again' }[report.event]
    assert.equal(verdict, expected.verdict)
  },

  conversations(given, expected) {
    const machine = begin(given)
    const replies = [...given.replies]
    const ledger = (given.ledger ?? []).map((answer) => JSON.stringify(answer))
    const transcript = []
    let [now, sends, over] = [0, 0, false]
    while (!over) {
      const [[name, value]] = Object.entries(JSON.parse(machine.poll(now)))
      if (name === 'send') {
        transcript.push(`send ${value.method} ${value.path}`)
        sends += 1
        if (sends === given.cancel_after_sends) machine.cancel()
        handOver(machine, now, replies.shift())
      } else if (name === 'claim') {
        transcript.push(`claim ${value.key ?? '-'} ${value.billing_key}`)
        machine.onClaim(now, ledger.shift())
      } else if (name === 'record') {
        transcript.push(written(value))
        machine.onRecord(now, ledger.shift())
      } else if (name === 'report') {
        transcript.push(describe(value))
      } else if (name === 'wait') {
        now = value
      } else {
        over = true
        transcript.push(
          name === 'done'
            ? `done ${value.images.map((image) => image.url).join(' ')}`
            : `failed ${value.kind} ${value.billed} ${value.task_id ?? '-'}`,
        )
      }
    }
    assert.deepEqual(transcript, expected.transcript)
    assert.deepEqual([replies, ledger], [[], []])
  },
}

const kinds = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
for (const { name: kind } of kinds) {
  for (const file of readdirSync(new URL(`${kind}/`, folder))) {
    const { id, given, expected } = JSON.parse(readFileSync(new URL(`${kind}/${file}`, folder), 'utf8'))
    test(`${kind}/${id}`, () => CHECKS[kind](given, expected))
  }
}
