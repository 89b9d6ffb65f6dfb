// Begins a program that was typed alone once more, behind its walls: Node takes them at the start of a process only.
import { spawn } from 'node:child_process'
import { keysideHome } from '@keyside/runtime'
import { environment } from '../terminal/config.ts'
import { printError } from '../terminal/print.ts'
import type { Command } from './children.ts'
import { answerKeychain } from './keychain-relay.ts'
import { messageOf } from './messages.ts'
import type { Program } from './program-names.ts'
import { walledCommand } from './walled-command.ts'
import { keychainOf } from './walls.ts'

/**
 * The same process becomes the program, where the system has that. Where it has not, where somebody listens to this process
 * over a channel, and where the system's keychain is asked, for which the program has no right, it stays as the parent:
 * resolves with the exit code of the program then.
 */
export async function launch(program: Program): Promise<number> {
  const home = keysideHome()
  const { words, env } = walledCommand(program, home, environment)
  const asksKeychain = program === 'executor' && keychainOf(home, environment) === 'os'
  if (!asksKeychain && !process.connected)
    process.execve?.(process.execPath, [process.execPath, ...words], env)
  return stay(program, { words, env }, home)
}

const PASSED_ON = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const

function stay(program: Program, { words, env }: Command, home: string): Promise<number> {
  const child = spawn(process.execPath, words, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  })
  for (const name of PASSED_ON) process.on(name, () => child.kill(name))
  child.on('message', (raw) => {
    const told = messageOf(raw)
    if (told?.type === 'keychain')
      return void answerKeychain(program, child, { home, environment }, told)
    if (process.connected) process.send?.(raw)
    else if (told?.type === 'failed') printError(told.message, told.code)
  })
  const leave = () => child.disconnect()
  process.once('disconnect', leave)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.once('error', reject)
  child.once('exit', (code) => {
    process.off('disconnect', leave)
    // Else an open channel keeps this process.
    if (process.connected) process.disconnect?.()
    resolve(code ?? 1)
  })
  return promise
}
