import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { terminalUser } from './terminal-user.ts'

test('a user whom the system has no name for is known by the number', () => {
  expect(terminalUser()).toBe(`terminal:${userInfo().username}`)
  const nameless = () => {
    throw new Error('uv_os_get_passwd returned ENOENT')
  }
  expect(terminalUser(nameless)).toBe(`terminal:${process.getuid?.()}`)
})
