// Submissions whose callers were stopped while they were on their way.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'

import { Client } from 'zoomout'

const ACCEPTED = JSON.stringify({ code: 200, data: [{ status: 'submitted', task_id: 'task_new' }] })

/** A server that answers a submission when it is told to. */
async function slowServer(context) {
  let arrive
  const arrived = new Promise((resolve) => (arrive = resolve))
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => arrive(() => response.end(ACCEPTED)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => server.close())
  return { url: `http://127.0.0.1:${server.address().port}`, arrived }
}

test('a submission that was aborted is read to its end, and settle tells its task', async (context) => {
  const { url, arrived } = await slowServer(context)
  const client = new Client({ apiKey: 'sk-MARK', baseUrl: url })
  const warned = once(process, 'warning')
  const abort = new AbortController()
  const zoom = client.zoom('task_parent', { signal: abort.signal })
  const answer = await arrived
  abort.abort()
  await assert.rejects(zoom, (error) => error.billed === 'maybe' && error.name === 'AbortError')
  const settled = client.settle()
  answer()
  const [detached, ...others] = await settled
  assert.deepEqual(detached.submission, { taskId: 'task_new', status: 'pending' })
  assert.deepEqual(detached.action, { zoom: { task_id: 'task_parent' } })
  assert.deepEqual([detached.error, others], [null, []])
  const [warning] = await warned
  assert.equal(warning.name, 'ZoomoutWarning')
  assert.match(warning.message, /accepted, and is billed: task task_new/)
  assert.deepEqual(await client.settle(1), [], 'each is handed out once')
  await assert.rejects(client.settle(-1), (error) => error.field === 'timeoutMs')
})

test('a process stays for the end of what it has left behind', async (context) => {
  const { url, arrived } = await slowServer(context)
  const program = `
    import { Client } from 'zoomout'
    const abort = new AbortController()
    process.stdin.once('data', () => abort.abort()).unref()
    const client = new Client({ apiKey: 'sk-MARK', baseUrl: ${JSON.stringify(url)} })
    await client.zoom('task_parent', { signal: abort.signal }).catch((error) => console.log(error.billed))
    process.stdin.destroy()`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: import.meta.dirname })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (told += text))
  const answer = await arrived
  child.stdin.write('stop\n')
  const [billed] = await once(child.stdout, 'data')
  assert.equal(String(billed).trim(), 'maybe')
  answer()
  const [code] = await once(child, 'close')
  assert.equal(code, 0)
  assert.match(told, /ZoomoutWarning: a cancelled zoom was accepted, and is billed: task task_new/)
})
