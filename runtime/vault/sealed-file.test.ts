// What a person is told of a backup that does not open, and that nothing of it can be changed unnoticed.
import { expect, test } from 'vitest'
import { seal, unseal } from './vault.ts'

const PASSPHRASE = 'correct horse battery'
const CONTENTS = { secret: 'words', list: [1, 2] }
let byte = 0
const randomBytes = (length: number) => {
  byte += 1
  return new Uint8Array(length).fill(byte)
}
const sealed = (passphrase = PASSPHRASE) =>
  seal(CONTENTS, { passphrase, randomBytes, cost: 2 ** 10 })
const code = (word: string) => ({ code: word })

test('what is sealed opens with its passphrase and with no other, and shows nothing', async () => {
  const file = await sealed()
  expect(await unseal(file, PASSPHRASE)).toEqual(CONTENTS)
  expect(Buffer.from(file).toString('latin1')).not.toContain('words')
  await expect(unseal(file, 'correct horse batterie')).rejects.toMatchObject(
    code('backup_passphrase_wrong'),
  )
  await expect(sealed('short')).rejects.toMatchObject(code('vault_passphrase_short'))
})

test('one that was cut or changed anywhere is damaged, or no backup at all', async () => {
  const file = await sealed()
  for (let at = 0; at < file.length; at += 7) {
    const changed = Uint8Array.from(file)
    changed[at] = (changed[at] ?? 0) ^ 1
    const opened = unseal(changed, PASSPHRASE)
    await expect(opened, `byte ${at}`).rejects.toMatchObject({
      code: expect.stringMatching(/^backup_(?:damaged|foreign|newer)$/),
    })
  }
  await expect(unseal(file.subarray(0, -1), PASSPHRASE)).rejects.toMatchObject(
    code('backup_damaged'),
  )
  for (const other of ['', 'a\nb\nc', 'no line'])
    await expect(unseal(Buffer.from(other), PASSPHRASE)).rejects.toMatchObject(
      code('backup_foreign'),
    )
})

test('one of a newer Keyside says so', async () => {
  const newer = Buffer.from(await sealed())
    .toString('latin1')
    .replace('"version":1', '"version":2')
  await expect(unseal(Buffer.from(newer, 'latin1'), PASSPHRASE)).rejects.toMatchObject(
    code('backup_newer'),
  )
})
