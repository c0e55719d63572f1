'use strict'
// The public surface of the Node package: names and classes over the native half. Decides nothing.

const native = load()
const { classOf, ...errors } = require('./errors.js')

function load() {
  try {
    return require('./native.js')
  } catch (cause) {
    throw new Error(
      `zoomout has no native part for ${process.platform} ${process.arch}. ` +
        'Install it again without --omit=optional, or build it with: npm run build',
      { cause },
    )
  }
}

class ZoomRequest {
  #facts

  constructor(fields) {
    const { metadata, ...rest } = fields
    const outcome = native.zoomRequest({
      ...rest,
      metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    })
    if (outcome.failure) throw new (classOf(outcome.failure.code))(outcome.failure)
    this.#facts = outcome.facts
    Object.freeze(this)
  }

  get tier() {
    return this.#facts.tier ?? null
  }

  get billingKey() {
    return this.#facts.billingKey
  }

  toJSON() {
    return JSON.parse(this.#facts.body)
  }
}

module.exports = { ZoomRequest, ...errors }
