/** The same types for import. */
export * from './testing.js'
