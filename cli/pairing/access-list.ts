// Writes the file that the home broker follows: who may connect with a link, and whose tokens it refuses.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { digest, HOME, id, numericDate } from '@keyside/protocol'
import { readSecret, writePrivate } from '@keyside/runtime'
import { z } from 'zod'
import { FILES } from '../home/home-files.ts'

const lists = z.object({
  invitations: z.array(z.object({ id, provider: id, hash: digest, until: numericDate })),
  refused: z.array(z.object({ client: id, before: numericDate })),
})

type Lists = z.infer<typeof lists>

/** Replaces the invitation before: a home has one at a time. */
export function allowInvitation(
  home: string,
  invitation: { id: string; hash: string; until: number },
): void {
  write(home, { ...read(home), invitations: [{ ...invitation, provider: HOME }] })
}

export function allowNobody(home: string): void {
  write(home, { ...read(home), invitations: [] })
}

/** Tokens of `client` that were issued before `before`, Unix seconds, end within a second. */
export function shutOut(home: string, client: string, before: number): void {
  const { invitations, refused } = read(home)
  const others = refused.filter((each) => each.client !== client)
  write(home, { invitations, refused: [...others, { client, before }] })
}

function read(home: string): Lists {
  const file = join(home, FILES.accessList)
  if (!existsSync(file)) return { invitations: [], refused: [] }
  return lists.parse(JSON.parse(readSecret(file)))
}

function write(home: string, text: Lists): void {
  writePrivate(join(home, FILES.accessList), `${JSON.stringify(text)}\n`)
}
