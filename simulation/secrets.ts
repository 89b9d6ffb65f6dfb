// I7: what must never be written down, looked for in everything that the device has written.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CODE_SECRET, SALT } from './keys.ts'
import type { Simulation } from './simulation.ts'

const SECRETS = [SALT, CODE_SECRET].flatMap((secret) => {
  const bytes = Buffer.from(secret)
  return [
    bytes,
    ...(['hex', 'base64', 'base64url'] as const).map((encoding) =>
      Buffer.from(bytes.toString(encoding).slice(0, 40)),
    ),
  ]
})

export function checkSecrets(simulation: Simulation, home: string): void {
  for (const name of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    const path = join(home, name)
    const bytes = readIfFile(path)
    if (SECRETS.some((secret) => bytes.includes(secret)))
      simulation.violate('I7 no secret is written anywhere', name)
  }
}

function readIfFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}
