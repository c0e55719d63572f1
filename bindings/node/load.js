'use strict'
// Loads the native half, or says what to do where there is none.

module.exports = load()

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
