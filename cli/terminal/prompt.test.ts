import { Readable } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { promptSecret, requireConfirm, requireYes } from './prompt.ts'

afterEach(() => vi.restoreAllMocks())

function answers(...lines: string[]): void {
  const typed = Readable.from(lines.map((line) => `${line}\n`))
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(typed as unknown as typeof process.stdin)
}

test('a passphrase that is piped is the one that is typed, without the mark that PowerShell puts first', async () => {
  answers('\ufeffcorrect horse', 'battery')
  expect(await promptSecret('Passphrase: ')).toBe('correct horse')
  expect(await promptSecret('Passphrase: ')).toBe('battery')
})

test.each(['y', 'Y', 'yes', ' yes '])('"%s" confirms', async (answer) => {
  answers(answer)
  await expect(requireConfirm('Sure?', 'nothing was changed')).resolves.toBeUndefined()
})

test.each(['', 'n', 'no', 'yep', 'sure'])('"%s" does not, and is refused', async (answer) => {
  answers(answer)
  await expect(requireConfirm('Sure?', 'nothing was changed')).rejects.toMatchObject({
    code: 'not_confirmed',
    message: 'nothing was changed',
  })
})

test.each(['yes', ' Yes '])('"%s" is the whole word', async (answer) => {
  answers(answer)
  await expect(requireYes('Type yes: ', 'nothing was changed')).resolves.toBeUndefined()
})

test.each([
  ['y', 'nothing was changed; the question asks for the whole word, yes'],
  ['n', 'nothing was changed'],
  ['', 'nothing was changed'],
])('"%s" is not the whole word', async (answer, message) => {
  answers(answer)
  await expect(requireYes('Type yes: ', 'nothing was changed')).rejects.toMatchObject({
    code: 'not_confirmed',
    message,
  })
})
