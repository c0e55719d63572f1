'use strict'
// The API on this machine, to test programs without a network, a key or a cost.

const { Client } = require('./client.js')
const { guarded } = require('./errors.js')
const native = require('./load.js')
const { only } = require('./request.js')
const { valueOf } = require('./values.js')

const SEEDS = ['upscaled', 'grid', 'running', 'failed', 'foreign', 'expired']

class Emulator {
  #native

  constructor(started) {
    this.#native = started
  }

  static async start(options = {}) {
    const typed = only(options, ['port', 'timeScale', 'pictureSide'], 'an emulator')
    return new Emulator(guarded(() => new native.NativeEmulator(typed)))
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
    return new Client({ apiKey: this.key, baseUrl: this.url, ...settings }, this.#native.timeScale)
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
    guarded(() => this.#native.advance(ms))
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
