// What a person is told of a backup that does not open, and that nothing of it can be changed unnoticed.
import { expect, test } from 'vitest'
import { seal, sealedFile, unseal } from './vault.ts'

const PASSPHRASE = 'correct horse battery'
const CONTENTS = { secret: 'words', list: [1, 2] }
let byte = 0
const randomBytes = (length: number) => {
  byte += 1
  return new Uint8Array(length).fill(byte)
}
const sealed = (passphrase = PASSPHRASE) =>
  seal(CONTENTS, { passphrase, randomBytes, cost: 2 ** 10 })
const open = (file: Uint8Array, passphrase: string) => unseal(sealedFile(file), passphrase)
const code = (word: string) => ({ code: word })

test('what is sealed opens with its passphrase and with no other, and shows nothing', async () => {
  const file = await sealed()
  expect(await open(file, PASSPHRASE)).toEqual(CONTENTS)
  expect(Buffer.from(file).toString('latin1')).not.toContain('words')
  await expect(open(file, 'correct horse batterie')).rejects.toMatchObject(
    code('backup_passphrase_wrong'),
  )
  await expect(sealed('short')).rejects.toMatchObject(code('vault_passphrase_short'))
})

test('one that was cut or changed anywhere is damaged, or no backup at all, which is seen without a passphrase', async () => {
  const file = await sealed()
  for (let at = 0; at < file.length; at += 7) {
    const changed = Uint8Array.from(file)
    changed[at] = (changed[at] ?? 0) ^ 1
    const refusal = { code: expect.stringMatching(/^backup_(?:damaged|foreign|newer)$/) }
    expect(() => sealedFile(changed), `byte ${at}`).toThrow(expect.objectContaining(refusal))
  }
  const refusal = (word: string) => expect.objectContaining(code(word))
  expect(() => sealedFile(file.subarray(0, -1))).toThrow(refusal('backup_damaged'))
  for (const other of ['', 'a\nb\nc', 'no line'])
    expect(() => sealedFile(Buffer.from(other))).toThrow(refusal('backup_foreign'))
})

test('one of a newer Keyside says so', async () => {
  const newer = Buffer.from(await sealed())
    .toString('latin1')
    .replace('"version":1', '"version":2')
  expect(() => sealedFile(Buffer.from(newer, 'latin1'))).toThrow(
    expect.objectContaining(code('backup_newer')),
  )
})
