// The name of a stream on a device: whose it is, and what its provider calls it. Two providers may use one name.
import { HOME } from './claims/common.ts'

/** `<provider>/<stream>`, both ids. */
export function streamName(provider: string, stream: string): string {
  return `${provider}/${stream}`
}

/** As a trader reads it in the chat: without the provider where the engine is one's own. */
export function shownStream(name: string): string {
  return name.startsWith(`${HOME}/`) ? name.slice(HOME.length + 1) : name
}
