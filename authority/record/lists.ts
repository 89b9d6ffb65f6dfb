// Writes the two files in which broker and engine find what they need of the record.
import { writePrivate } from '@keyside/runtime'
import type { AuthorityRecord } from './record.ts'

/** An invitation that has ended still connects for a day, so that its device can be told so. */
const TOLD_FOR = 86_400

/** Absolute paths. */
export interface ListFiles {
  /** The broker's: who may come with an invitation, and whose tokens are no longer valid. */
  readonly accessList: string
  /** The engine's: whose requests it answers, about which plans, and which of its keys count. */
  readonly subscribers: string
}

function accessListOf(record: AuthorityRecord, provider: string, now: number): object {
  return {
    invitations: record
      .invitations()
      .filter(({ expires }) => now < expires + TOLD_FOR)
      .map(({ id, connectHash, expires }) => ({
        id,
        provider,
        hash: connectHash,
        until: expires + TOLD_FOR,
      })),
    refused: record.refusals(),
  }
}

function subscriberListOf(record: AuthorityRecord, now: number): object {
  return {
    keyset: record.published() ?? { version: 0, kids: [], plans: [] },
    subscribers: record
      .subscribers()
      .filter(({ removed, until }) => removed === null && now < until)
      .map(({ client, key, plans, until }) => ({ client, key, plans, until })),
  }
}

/** To be called after every change of the record. `now` is Unix seconds. */
export function writeLists(
  record: AuthorityRecord,
  provider: string,
  files: ListFiles,
  now: number,
): void {
  // Under the record's lock: of two programs that write at once, the later one includes the changes of both.
  record.atomic(() => {
    writePrivate(files.accessList, `${JSON.stringify(accessListOf(record, provider, now))}\n`)
    writePrivate(files.subscribers, `${JSON.stringify(subscriberListOf(record, now))}\n`)
  })
}
