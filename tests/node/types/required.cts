/** The same types from CommonJS. */
import zoomout = require('zoomout')
import testing = require('zoomout/testing')

export const client: zoomout.Client = new zoomout.Client({ apiKey: 'sk-1' })
export const emulator: Promise<testing.Emulator> = testing.Emulator.start()
