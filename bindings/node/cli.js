#!/usr/bin/env node
'use strict'
// `npx zoomout`: the same command as the Rust one.

process.exitCode = require('./load.js').main(['zoomout', ...process.argv.slice(2)])
