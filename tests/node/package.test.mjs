// What only Node can get wrong: classes across module formats, values that cannot be changed.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'

import * as esm from 'zoomout'

const cjs = createRequire(import.meta.url)('zoomout')

test('import and require give the same classes', () => {
  for (const name of Object.keys(cjs)) assert.equal(esm[name], cjs[name], name)
})

test('an error is an instance of its class and says what to do', () => {
  assert.throws(
    () => new cjs.ZoomRequest({ taskId: '../x' }),
    (error) => {
      assert.ok(error instanceof esm.InvalidError && error instanceof esm.ZoomoutError && error instanceof Error)
      assert.equal(error.name, 'InvalidError')
      assert.equal(error.field, 'task_id')
      assert.match(error.nextStep, /nothing was charged/)
      return true
    },
  )
})

test('a request cannot be changed and becomes its body as JSON', () => {
  const request = new esm.ZoomRequest({ taskId: 'task_1', metadata: { album: 'alps' } })
  assert.ok(Object.isFrozen(request))
  assert.equal(JSON.stringify(request), '{"task_id":"task_1","metadata":{"album":"alps"}}')
})

test('metadata that is no object is refused', () => {
  for (const metadata of [null, 'album', [1], 7]) {
    assert.throws(() => new esm.ZoomRequest({ taskId: 'task_1', metadata }), { code: 'invalid', field: 'metadata' })
  }
})
