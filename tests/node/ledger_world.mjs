// What the tests of the ledger share: a bill, chance, and programs of their own that can be killed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export const PACE = 500

/** The tasks that were paid for, in order. */
export const billed = (emulator) => emulator.bill().lines.map(({ taskId }) => taskId)

/** The tasks of these entries. What has none was stopped before it left, and is being given back. */
export function tasks(entries) {
  for (const { taskId, state } of entries) assert.ok(taskId !== null || state === 'intended', state)
  return new Set(entries.map(({ taskId }) => taskId).filter((taskId) => taskId !== null))
}

export const union = (...sets) => new Set(sets.flatMap((set) => [...set]))

/** Whole numbers below a bound, the same ones for the same seed. */
export function chance(seed) {
  let state = seed
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
}

const START = `
  import { writeSync } from 'node:fs'
  import { Client } from 'zoomout'
  const [url, key, parent, ledger, pace] = process.argv.slice(1)
  const client = new Client({ apiKey: key, baseUrl: url, ledger }, Number(pace))
  const tell = (...words) => writeSync(1, words.join(' ') + '\\n')
`

/** Runs a program with a client at the pace of the emulator: the words of each line that it prints, and how it ends. */
export function program(code, emulator, ledger) {
  const account = [emulator.url, emulator.key, emulator.seeds.upscaled, ledger, PACE]
  const child = spawn(process.execPath, ['--input-type=module', '--eval', START + code, ...account], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  async function* lines() {
    for await (const line of createInterface({ input: child.stdout })) yield line.split(' ')
  }
  return {
    lines: lines(),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async result() {
      const all = []
      for await (const words of this.lines) all.push(words)
      assert.deepEqual(await ended, [0, null])
      return all
    },
  }
}
