'use strict'
// The API on this machine, to test programs without a network, a key or a cost.

const { Client } = require('./client.js')
const native = require('./load.js')
const { only } = require('./request.js')
const { valueOf } = require('./values.js')

const SEEDS = ['upscaled', 'grid', 'running', 'failed', 'foreign', 'expired']

class Emulator {
  #native
  #timeScale

  constructor(started, timeScale) {
    this.#native = started
    this.#timeScale = timeScale
  }

  static async start(options = {}) {
    const { port = 0, timeScale = 1, pictureSide = 768 } = only(
      options,
      ['port', 'timeScale', 'pictureSide'],
      'an emulator',
    )
    return new Emulator(new native.NativeEmulator(port, timeScale, pictureSide), timeScale)
  }

  get url() {
    return this.#native.url
  }

  get key() {
    return this.#native.key
  }

  get seeds() {
    const ids = native.NativeEmulator.seeds()
    return Object.freeze(Object.fromEntries(SEEDS.map((name, place) => [name, ids[place]])))
  }

  client(settings = {}) {
    return new Client({ apiKey: this.key, baseUrl: this.url, ...settings }, this.#timeScale)
  }

  bill() {
    return valueOf(this.#native.bill())
  }

  requests() {
    return valueOf(this.#native.requests())
  }

  faults(rules, seed = 0) {
    this.#native.inject(JSON.stringify({ faults: rules, seed }))
  }

  advance(ms) {
    this.#native.advance(ms)
  }

  reset() {
    this.#native.reset()
  }

  refuseConnections(refuse = true) {
    this.#native.refuseConnections(refuse)
  }

  async close() {
    this.#native.close()
  }

  async [Symbol.asyncDispose]() {
    await this.close()
  }
}

module.exports = { Emulator }
