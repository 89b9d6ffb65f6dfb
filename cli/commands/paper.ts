// keyside paper: the account of a home that trades on paper.
import { PAPER, preparePaperReset } from '@keyside/executor'
import { KeysideError, keysideHome } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { print } from '../terminal/print.ts'
import { requireConfirm } from '../terminal/prompt.ts'

export function addPaper(program: Command): void {
  const paper = program.command('paper').description('the account of a home that trades on paper')
  paper
    .command('reset')
    .description('begin again with the balances of config.yaml; stop the executor first')
    .option('--yes', 'do not ask', false)
    .addHelpText(
      'after',
      '\nSales and orders of before stay on record. What is still held is sold first: keyside halt --sell\nExample:\n  keyside paper reset',
    )
    .action(reset)
}

async function reset({ yes }: { yes: boolean }): Promise<void> {
  const home = keysideHome()
  const { exchange, database } = executorSection(home)
  if (exchange.name !== PAPER)
    throw new KeysideError(
      'paper_missing',
      'this home does not trade on paper: its account is at the exchange, and nothing was changed',
    )
  const { balances, carryOut, close } = preparePaperReset(home, { database, exchange })
  const words = Object.entries(balances).map(([currency, amount]) => `${amount} ${currency}`)
  const question = `Begin again with ${words.join(', ')}, and forget the balances of now?`
  try {
    if (!yes) await requireConfirm(question, 'nothing was changed')
    carryOut()
    print(`The paper account has ${words.join(', ')}. What was sold before stays on record.`)
  } finally {
    close()
  }
}
