// What a system test starts by itself runs from the built package too, as commands do: `package.ts`.
import { vi } from 'vitest'
import { PACKAGE } from './keyside.ts'

vi.mock('../runtime/installation.ts', async (importOriginal) => {
  const installation = await importOriginal<typeof import('../runtime/installation.ts')>()
  return { ...installation, ...installation.installationAt(PACKAGE) }
})
