// What a thousand zooms at once do to the event loop, to fs and to dns: node tests/bench/event_loop.mjs [PACE]
// The emulator runs in a process of its own. Build for release first: npm run build
import { spawn } from 'node:child_process'
import dns from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

import { Client } from 'zoomout'

const pace = Number(process.argv[2] ?? 20)
const COUNT = 1000
const SPAN_MS = 3000

const START = `
  import { Emulator } from 'zoomout/testing'
  const { url, key, seeds } = await Emulator.start({ timeScale: ${pace}, pictureSide: 24 })
  console.log(JSON.stringify({ url, key, parent: seeds.upscaled }))
  setInterval(() => {}, 1e6)`
const server = spawn(process.execPath, ['--input-type=module', '--eval', START], { cwd: new URL('../..', import.meta.url) })
const { url, key, parent } = JSON.parse(await new Promise((resolve) => server.stdout.once('data', resolve)))
const client = new Client({ apiKey: key, baseUrl: url }, pace)

const threads = () => readdirSync('/proc/self/task').length
const file = fileURLToPath(import.meta.url)

/** How long small jobs of libuv's pool take, and how late the event loop is, until `over`. */
async function watch(over) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const [reads, lookups] = [[], []]
  let most = 0
  let done = false
  over.then(() => (done = true))
  delay.enable()
  while (!done) {
    const start = performance.now()
    await readFile(file)
    const read = performance.now()
    await dns.lookup('localhost')
    reads.push(read - start)
    lookups.push(performance.now() - read)
    most = Math.max(most, threads())
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  delay.disable()
  const at = (times, part) => times.toSorted((a, b) => a - b)[Math.floor(times.length * part)].toFixed(2)
  const ms = (nanos) => (nanos / 1e6).toFixed(1)
  return (
    `event loop late by ${ms(delay.percentile(50))} ms (median), ${ms(delay.percentile(99))} (99 %), ${ms(delay.max)} (most); ` +
    `readFile ${at(reads, 0.5)} ms, 99 % ${at(reads, 0.99)}; dns.lookup ${at(lookups, 0.5)} ms, 99 % ${at(lookups, 0.99)}; ` +
    `at most ${most} threads`
  )
}

const idle = await watch(new Promise((resolve) => setTimeout(resolve, SPAN_MS)))
const start = performance.now()
const zooms = Promise.all(Array.from({ length: COUNT }, () => client.zoom(parent)))
const busy = await watch(zooms)
const ids = new Set((await zooms).map(({ taskId }) => taskId))
console.log(`idle: ${idle}`)
console.log(`${COUNT} zooms: ${busy}`)
console.log(`${ids.size} different tasks in ${((performance.now() - start) / 1000).toFixed(1)} s; peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
console.log(`threads by name: ${[...new Set(readdirSync('/proc/self/task').map((id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim()))].join(', ')}`)
server.kill()
