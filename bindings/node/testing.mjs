// The same objects for import.
import testing from './testing.js'

export const { Emulator } = testing
