// The shared cases that this package can answer, found by walking their folder.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

import { ZoomRequest } from 'zoomout'

const folder = new URL('../vectors/', import.meta.url)

function cases(kind) {
  const names = readdirSync(new URL(`${kind}/`, folder))
  assert.ok(names.length > 0)
  return names.map((name) => JSON.parse(readFileSync(new URL(`${kind}/${name}`, folder), 'utf8')))
}

const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())

/** The fields under this language's names, with the numbers that JSON cannot write. */
function fields(given) {
  const entries = Object.entries(given).filter(([, value]) => value !== null)
  return Object.fromEntries(
    entries.map(([name, value]) => [camel(name), name === 'zoom_ratio' ? Number(value) : value]),
  )
}

for (const { id, given, expected } of cases('tiers')) {
  test(`tiers/${id}`, () => {
    assert.equal(new ZoomRequest(fields({ task_id: 'task_1', ...given })).tier, expected.tier)
  })
}

for (const { id, given, expected } of cases('requests').filter(({ given }) => given.action === 'zoom')) {
  test(`requests/${id}`, () => {
    if (expected.error) {
      assert.throws(
        () => new ZoomRequest(fields(given.fields)),
        { code: expected.error.kind, billed: expected.error.billed, field: expected.error.field },
      )
      return
    }
    const request = new ZoomRequest(fields(given.fields))
    assert.equal(request.tier, expected.tier)
    assert.equal(request.billingKey, expected.billing_key)
    assert.deepEqual(request.toJSON(), expected.body)
  })
}
