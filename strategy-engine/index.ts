// What other folders may use of the engine.
export { ENGINE_CODES } from './codes.ts'
export { engineConfig } from './config.ts'
export { type ListedProgram, readPrograms } from './programs/program-list.ts'
