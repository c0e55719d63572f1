'use strict'
// The public surface of the Node package. Decides nothing.

const { Client } = require('./client.js')
const { ZoomRequest } = require('./request.js')
const { Image } = require('./values.js')
const { errorOf, guarded, knowing, ...errors } = require('./errors.js')
const { VERSION } = require('./load.js')

module.exports = { Client, ZoomRequest, Image, VERSION, ...errors }
