// A command as it is typed, run in the test's own process.
import { vi } from 'vitest'
import { buildProgram } from '../program.ts'

/** What it printed, and its exit code. Throws what it throws. */
export async function typed(...args: string[]): Promise<[text: string, code: number]> {
  const program = await buildProgram(args)
  let text = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk)
    return true
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return [text, Number(process.exitCode ?? 0)]
  } finally {
    write.mockRestore()
    process.exitCode = undefined
  }
}
