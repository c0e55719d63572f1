'use strict'
// What is asked, before it is sent.

const { guarded } = require('./errors.js')
const native = require('./load.js')

const ZOOM = ['taskId', 'zoomRatio', 'customId', 'index', 'speed', 'metadata']

const zooms = new WeakMap()

class ZoomRequest {
  constructor(fields) {
    const typed = fieldsOf(typeof fields === 'string' ? { taskId: fields } : fields, 'a zoom')
    zooms.set(this, guarded(() => new native.NativeZoom(typed)))
    Object.freeze(this)
  }

  get tier() {
    return zooms.get(this).tier
  }

  get billingKey() {
    return zooms.get(this).billingKey
  }

  toJSON() {
    return JSON.parse(zooms.get(this).body)
  }
}

/** The native zoom of a request, of its fields, or of the id of its parent. */
function zoomOf(request) {
  return zooms.get(request instanceof ZoomRequest ? request : new ZoomRequest(request))
}

/** The fields as the native half takes them: metadata as JSON, and no misspelt name, which could buy another tier. */
function fieldsOf(fields, what) {
  const { metadata, ...rest } = only(fields, ZOOM, what)
  return metadata === undefined ? rest : { ...rest, metadata: JSON.stringify(metadata) }
}

/** An object that has members of these names only; those that are undefined are left out. */
function only(object, names, what) {
  if (typeof object !== 'object' || object === null) throw new TypeError(`${what} takes an object with ${names.join(', ')}`)
  for (const name of Object.keys(object)) {
    if (!names.includes(name)) throw new TypeError(`${what} has no ${name}; it has ${names.join(', ')}`)
  }
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

module.exports = { ZoomRequest, fieldsOf, only, zoomOf }
