'use strict'
// What is asked, before it is sent.

const { guarded } = require('./errors.js')
const native = require('./load.js')
const { camel } = require('./values.js')

const ZOOM = actionOf('zoom', 'a zoom')
const UPSCALE = actionOf('upscale', 'an upscale')
// A field of another action is refused by the core, which knows why.
const FIELDS = [...new Set([...ZOOM.names, ...UPSCALE.names])]

const zooms = new WeakMap()

class ZoomRequest {
  constructor(fields) {
    const typed = fieldsOf(fields, ZOOM)
    zooms.set(this, guarded(() => new native.NativeZoom(typed)))
    Object.freeze(this)
  }

  get tier() {
    return zooms.get(this).tier
  }

  get billingKey() {
    return zooms.get(this).billingKey
  }

  get key() {
    return zooms.get(this).key ?? null
  }

  get again() {
    return zooms.get(this).again
  }

  toJSON() {
    return JSON.parse(zooms.get(this).body)
  }
}

/** The native zoom of a request, of its fields, or of the id of its parent. */
function zoomOf(request) {
  return zooms.get(request instanceof ZoomRequest ? request : new ZoomRequest(request))
}

/** An action, and the fields that it has under this language's names. */
function actionOf(noun, what) {
  return { what, names: native.fieldNames(noun).map(camel) }
}

/** The fields as the native half takes them: metadata as JSON, and no misspelt name, which could buy another tier. */
function fieldsOf(fields, { what, names }) {
  // What is no object is meant to be the parent: the core says what that must be.
  const given = typeof fields === 'object' && fields !== null ? fields : { taskId: fields }
  const { metadata, ...rest } = only(given, FIELDS, what, names)
  // What has no JSON is refused as `null` is.
  return metadata === undefined ? rest : { ...rest, metadata: JSON.stringify(metadata) ?? 'null' }
}

/** An object that has members of these names only; those that are undefined are left out. */
function only(object, names, what, shown = names) {
  if (typeof object !== 'object' || object === null) throw new TypeError(`${what} takes an object with ${shown.join(', ')}`)
  for (const name of Object.keys(object)) {
    if (!names.includes(name)) throw new TypeError(`${what} has no ${name}; it has ${shown.join(', ')}`)
  }
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

module.exports = { UPSCALE, ZOOM, ZoomRequest, fieldsOf, only, zoomOf }
