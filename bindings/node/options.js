'use strict'
// What calls take beside their own arguments, checked before anything is sent.

const { errorOf } = require('./errors.js')
const native = require('./load.js')
const { only } = require('./request.js')

/** Options of these names, `signal` and `onProgress` among them; `null` is as if they were not given. */
function optionsOf(options, names, what) {
  const { signal, onProgress, ...others } = only(options ?? {}, names, what)
  if (!isNothing(signal) && typeof signal.throwIfAborted !== 'function') throw refused('signal')
  if (!isNothing(onProgress) && typeof onProgress !== 'function') throw refused('onProgress')
  return { ...others, signal: signal ?? undefined, onProgress: onProgress ?? undefined }
}

function isNothing(value) {
  return value === undefined || value === null
}

/** The refusal of an argument that only JavaScript can judge, in the words of the native half. */
function refused(argument) {
  return errorOf(native.refusal(argument))
}

module.exports = { isNothing, optionsOf, refused }
