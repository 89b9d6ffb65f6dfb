// An address of the trader's own that the executor asks: a watchdog, or a service that names this device's public address.
import { isLoopback } from '@keyside/protocol'
import { z } from 'zod'

/** `https`, or `http` to this machine: whoever knows the address could speak in the other's name. */
export const ownUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => isSafe(url), 'expected https://, or http:// to this machine, without user and #')

function isSafe(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || isLoopback(url.hostname)
}
