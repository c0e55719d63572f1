// The fault matrix through the Node client: the same table as for Rust, the command and Python.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { ZoomoutError } from 'zoomout'
import { Emulator } from 'zoomout/testing'

const table = JSON.parse(readFileSync(new URL('../faults/table.json', import.meta.url), 'utf8'))
const PHASES = [['submission', 'zoom'], ['look', 'task'], ['picture', 'file']]
const AT_ONCE = 4

/** Every cell that a script alone can make happen. */
function* cases() {
  for (const { what, fault: kind, connection, ...row } of table.faults) {
    for (const [phase, [name, target]] of PHASES.entries()) {
      for (const times of ['once', 'always']) {
        const refuses = kind.kind === 'refuse'
        if (refuses && phase === 0) continue // no script refuses the very first connection
        const fault = refuses && times === 'always' ? { ...kind, millis: 3_600_000 } : kind
        const rule = connection ? { on: 'connection', fault, skip: phase } : { on: target, fault }
        if (times === 'once' || refuses) rule.times = 1
        yield { name: `${what} (${name}, ${times})`, rule, end: row[name][times] }
      }
    }
  }
  for (const { what, end, ...rule } of table.fates) yield { name: what, rule, end }
}

/** How a zoom with download ends under the fault, in the words of the table. */
async function run({ name, rule }) {
  const emulator = await Emulator.start({ timeScale: 1000, pictureSide: 24 })
  const folder = mkdtempSync(join(tmpdir(), 'zoomout-'))
  try {
    emulator.faults([rule])
    const client = emulator.client({ callTimeoutMs: 800 })
    let [kind, billed] = ['done', 'yes']
    try {
      await client.download(await client.zoom(emulator.seeds.upscaled), join(folder, 'wide.png'))
    } catch (error) {
      if (!(error instanceof ZoomoutError)) throw error
      ;[kind, billed] = [error.code, error.billed]
      const { lines } = emulator.bill()
      assert.ok(lines.length <= 1, `${name}: paid twice`)
      if (billed === 'yes') assert.equal(error.taskId, lines[0].taskId, `${name}: the task is lost`)
    }
    assert.equal(readdirSync(folder).length, kind === 'done' ? 1 : 0, `${name}: half a picture`)
    const posts = emulator.requests().filter(({ method }) => method === 'POST').length
    const charged = emulator.bill().lines.filter(({ refunded }) => !refunded).length
    return `${kind} ${billed} ${posts} ${charged}`
  } finally {
    await emulator.close()
    rmSync(folder, { recursive: true })
  }
}

/** Whether the table promises this end. */
function allows(promised, end) {
  const seen = end.split(' ')
  return promised.split(' | ').some((way) => way.split(' ').every((word, at) => word === '*' || word === seen[at]))
}

test('every fault ends as the table says', async () => {
  const left = [...cases()]
  assert.ok(left.length > 250)
  const wrong = []
  const worker = async () => {
    for (let found; (found = left.pop()); ) {
      const end = await run(found)
      if (!allows(found.end, end)) wrong.push(`${found.name}: promised "${found.end}", got "${end}"`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  assert.deepEqual(wrong, [])
})
