// Nothing paid for is lost, and a key pays once: what is on the bill is what was had and what is unfinished.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'

import { CancelledError, Client, InvalidError, StorageError, TaskFailedError, UnconfirmedError } from 'zoomout'
import { Emulator } from 'zoomout/testing'

import { PACE, billed, chance, program, tasks, union } from './ledger_world.mjs'

const folder = mkdtempSync(join(tmpdir(), 'zoomout-'))
after(() => rmSync(folder, { recursive: true }))

let emulator
let parent
let count = 0
beforeEach(async () => {
  emulator = await Emulator.start({ timeScale: PACE, pictureSide: 16 })
  parent = emulator.seeds.upscaled
})
afterEach(() => emulator.close())

const inFile = () => join(folder, `${count++}.db`)
const inFolder = () => join(folder, `pictures-${count++}`)
const turn = () => new Promise(setImmediate)

async function all(iterable) {
  const values = []
  for await (const value of iterable) values.push(value)
  return values
}

for (const [where, place] of [['in memory', () => undefined], ['in a file', inFile]]) {
  describe(`a ledger ${where}`, () => {
    let client
    beforeEach(() => (client = emulator.client({ ledger: place() })))

    test('whoever leaves the loop early finds the rest, and the last one', async () => {
      const had = []
      for await (const { task } of client.zoomMany(Array(60).fill(parent))) {
        if (had.push(task.taskId) === 7) break
      }
      await client.settle(60_000)
      const unfinished = tasks(await client.unfinished())
      assert.deepEqual(union(had.slice(0, 6), unfinished), new Set(billed(emulator)))
      assert.deepEqual(had.filter((taskId) => unfinished.has(taskId)), had.slice(6))
      const pictures = inFolder()
      for (const { paths, error } of await all(client.collect(pathToFileURL(pictures)))) {
        assert.equal(error, null)
        for (const path of paths) assert.equal(readFileSync(path).toString('latin1', 1, 4), 'PNG')
      }
      assert.deepEqual(await client.unfinished(), [])
    })

    test('a listener that throws in the loop loses nothing', async () => {
      const had = new Set()
      const yielded = new Set()
      const onProgress = (_, { status }) => {
        if (had.size >= 5 && status === 'completed') throw new Error('clumsy')
      }
      await assert.rejects(async () => {
        for await (const { task, error } of client.zoomMany(Array(40).fill(parent), { onProgress })) {
          if (task !== null) had.add(task.taskId)
          else if (error.taskId !== null) yielded.add(error.taskId)
        }
      }, /clumsy/)
      await client.settle(60_000)
      const unfinished = tasks(await client.unfinished())
      for (const taskId of yielded) assert.ok(unfinished.has(taskId))
      assert.deepEqual(union(had, unfinished), new Set(billed(emulator)))
    })

    test('what is thrown in the loop, over a download, say, keeps the last result', async () => {
      await assert.rejects(async () => {
        for await (const { task } of client.zoomMany([parent])) await client.download(task, '/dev/null/no/folder/')
      }, StorageError)
      assert.deepEqual(tasks(await client.unfinished()), new Set(billed(emulator)))
    })

    test('a listener of one that throws loses nothing', async () => {
      const onProgress = () => {
        throw new Error('clumsy')
      }
      await assert.rejects(client.zoom(parent, { onProgress }), /clumsy/)
      const [{ taskId }] = await client.unfinished()
      assert.deepEqual([taskId], billed(emulator))
      assert.equal((await client.wait(taskId)).status, 'completed')
      assert.deepEqual(await client.unfinished(), [])
    })

    test('aborting at any moment loses nothing', async () => {
      const draw = chance(7)
      const zooms = Array.from({ length: 300 }, async () => {
        const turns = [0, 1, 2, 10, 100, null, null, null][draw(8)]
        const words = [1, 2, 3, 5, 8, null, null][draw(7)]
        const abort = new AbortController()
        let heard = 0
        const onProgress = () => {
          if (++heard === words) abort.abort()
        }
        const zoom = client.zoom(parent, { signal: abort.signal, onProgress })
        const ended = zoom.then(({ taskId }) => [taskId], (error) => {
          assert.ok(error === abort.signal.reason || error instanceof CancelledError, error)
          return []
        })
        if (turns !== null) {
          for (let at = 0; at < turns; at++) await turn()
          abort.abort()
        }
        return ended
      })
      const had = new Set((await Promise.all(zooms)).flat())
      await client.settle(60_000)
      const unfinished = tasks(await client.unfinished())
      assert.ok(had.size > 0 && unfinished.size > 0)
      assert.deepEqual(union(had, unfinished), new Set(billed(emulator)))
      assert.deepEqual([...had].filter((taskId) => unfinished.has(taskId)), [])
    })

    test('a key is paid for once, one after the other and at once', async () => {
      const fields = { taskId: parent, key: 'album/17' }
      const { taskId } = await client.zoom(fields)
      assert.equal((await client.zoom(fields)).taskId, taskId)
      assert.equal((await client.submit(fields)).taskId, taskId)
      const again = await Promise.all(Array.from({ length: 20 }, () => client.zoom({ taskId: parent, key: 'b' })))
      const many = await all(client.zoomMany(Array(20).fill({ taskId: parent, key: 'c' })))
      const [one, other] = [again.map((task) => task.taskId), many.map(({ task }) => task.taskId)]
      assert.deepEqual(billed(emulator), [taskId, ...new Set(one), ...new Set(other)])
      assert.equal(billed(emulator).length, 3)
      assert.deepEqual(await client.unfinished(), [])
    })

    test('a key stands for one request: under another one nothing is sent', async () => {
      await client.zoom({ taskId: parent, key: 'album/17' })
      const before = emulator.requests().length
      for (const other of [{ zoomRatio: 1.5 }, { speed: 'fast' }, { metadata: { a: 1 } }]) {
        await assert.rejects(client.zoom({ taskId: parent, key: 'album/17', ...other }), (error) => {
          assert.ok(error instanceof InvalidError)
          assert.deepEqual([error.field, error.billed], ['key', 'no'])
          return true
        })
      }
      assert.equal(emulator.requests().length, before)
    })

    test('what failed is paid for again only when asked, and then once', async () => {
      emulator.faults([{ on: 'zoom', fault: { kind: 'task_fails', reason: 'moderation' }, times: 1 }])
      const fields = { taskId: parent, key: 'album/17' }
      for (let round = 0; round < 2; round++) await assert.rejects(client.zoom(fields), TaskFailedError)
      assert.equal(billed(emulator).length, 1)
      const { taskId } = await client.zoom({ ...fields, again: true })
      assert.equal((await client.zoom(fields)).taskId, taskId)
      assert.deepEqual(billed(emulator).slice(1), [taskId])
    })

    test('rows with keys are paid for once, whatever is asked for beside them', async () => {
      const rows = (length) =>
        Array.from({ length }, (_, row) => ({ taskId: parent, key: `row/${row}`, metadata: { row } }))
      const first = await all(client.zoomMany(rows(20), { inOrder: true }))
      const more = await all(client.zoomMany(rows(30), { inOrder: true }))
      assert.deepEqual(more.slice(0, 20), first)
      const paid = emulator.bill().lines.map(({ metadata }) => metadata.row).sort((a, b) => a - b)
      assert.deepEqual(paid, Array.from({ length: 30 }, (_, row) => row))
    })

    test('what nobody knows is settled by a person', async () => {
      const fields = { taskId: parent, key: 'album/17' }
      emulator.faults([{ on: 'zoom', fault: { kind: 'close' }, times: 1 }])
      for (let round = 0; round < 2; round++) await assert.rejects(client.zoom(fields), UnconfirmedError)
      const [entry] = await client.unfinished()
      assert.deepEqual([entry.state, entry.key, entry.reason !== null], ['unconfirmed', 'album/17', true])
      const [taskId] = billed(emulator)
      assert.equal((await client.resolve('album/17', { taskId })).state, 'accepted')
      assert.equal((await client.zoom(fields)).taskId, taskId)

      emulator.faults([{ on: 'zoom', fault: { kind: 'close', executed: false }, times: 1 }])
      const other = { taskId: parent, key: 'album/18' }
      await assert.rejects(client.zoom(other), UnconfirmedError)
      assert.equal((await client.resolve('album/18', { billed: false })).state, 'refused')
      assert.deepEqual(await client.unfinished(), [])
      assert.deepEqual(billed(emulator), [taskId])
      const later = await client.zoom(other)
      assert.deepEqual(billed(emulator), [taskId, later.taskId])

      await assert.rejects(client.resolve('album/19', { billed: false }), StorageError)
      await assert.rejects(client.resolve('album/18', {}), InvalidError)
    })
  })
}

test('a ledger that cannot be written sends nothing', async () => {
  const client = emulator.client({ ledger: folder })
  await assert.rejects(client.zoom(parent), (error) => error instanceof StorageError && error.billed === 'no')
  await assert.rejects(client.unfinished(), StorageError)
  assert.deepEqual(emulator.requests(), [])
})

test('a ledger is a file, and not a database elsewhere', () => {
  for (const ledger of ['postgresql://host/zooms', 'postgres://host/zooms', new URL('postgresql://host/zooms'), 7]) {
    assert.throws(() => new Client({ apiKey: 'sk-MARK', ledger }), { code: 'invalid', field: 'ledger' })
  }
})

test('two thousand zooms later there is nothing in the memory', async () => {
  const client = emulator.client()
  const ended = await all(client.zoomMany(Array(2_000).fill(parent), { window: 200 }))
  assert.deepEqual(new Set(ended.map(({ task }) => task.taskId)), new Set(billed(emulator)))
  assert.deepEqual(await client.unfinished(), [])
})

test('two processes that ask under one key pay once', async () => {
  const ledger = inFile()
  const code = "tell((await client.zoom({ taskId: parent, key: 'album/17' })).taskId)"
  const children = [program(code, emulator, ledger), program(code, emulator, ledger)]
  const results = await Promise.all(children.map((child) => child.result()))
  const { taskId } = await emulator.client({ ledger }).zoom({ taskId: parent, key: 'album/17' })
  assert.deepEqual(results, [[[taskId]], [[taskId]]])
  assert.deepEqual(billed(emulator), [taskId])
})

const ROWS = 60
const KEYED = `
  const rows = Array.from({ length: ${ROWS} }, (_, row) => ({ taskId: parent, key: 'row/' + row, metadata: { row } }))
  const onProgress = (row, { status }) => tell('heard', row, status)
  for await (const { index, task, error } of client.zoomMany(rows, { onProgress })) {
    if (task === null) tell('not', index, error.code, error.cause)
    else tell('done', index, task.taskId)
  }`

test('killed again and again, every row is paid for once, or unconfirmed with a reason', async () => {
  const [ledger, draw] = [inFile(), chance(17)]
  for (let round = 0; round < 10; round++) {
    const child = program(KEYED, emulator, ledger)
    for (let left = 1 + draw(2 * ROWS); left > 0; left--) await child.lines.next()
    await child.kill()
  }
  const ends = new Map()
  for (const words of await program(KEYED, emulator, ledger).result()) {
    if (words[0] !== 'heard') ends.set(Number(words[1]), words)
  }
  assert.equal(ends.size, ROWS)
  const { lines } = emulator.bill()
  let unconfirmed = 0
  for (const [row, [how, , what, ...why]] of ends) {
    const paid = lines.filter(({ metadata }) => metadata.row === row).map(({ taskId }) => taskId)
    if (how === 'done') assert.deepEqual(paid, [what])
    else {
      unconfirmed++
      assert.ok(what === 'unconfirmed' && why.length > 0 && paid.length <= 1, `${row}: ${what} ${why.join(' ')}`)
    }
  }
  const entries = await emulator.client({ ledger }).unfinished()
  assert.deepEqual(entries.map(({ state }) => state), Array(unconfirmed).fill('unconfirmed'))
  assert.ok(entries.every(({ reason }) => reason))
})

test('what a killed process paid for is collected, every picture of it', async () => {
  const ledger = inFile()
  const code = `
    const onProgress = (row) => tell(row)
    for await (const _ of client.zoomMany(Array(10).fill(parent), { onProgress })) for (;;);`
  const child = program(code, emulator, ledger)
  const rows = new Set()
  while (rows.size < 10) rows.add((await child.lines.next()).value[0])
  await child.kill()
  const client = emulator.client({ ledger })
  assert.deepEqual(tasks(await client.unfinished()), new Set(billed(emulator)))
  const pictures = inFolder()
  const collected = await all(client.collect(pictures))
  assert.deepEqual(collected.map(({ error }) => error), Array(10).fill(null))
  assert.deepEqual(readdirSync(pictures).sort(), billed(emulator).map((taskId) => `${taskId}.png`).sort())
  assert.deepEqual(await client.unfinished(), [])
  assert.deepEqual(await all(client.collect(pictures)), [])
})
