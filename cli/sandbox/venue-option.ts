// --venue, of the commands that open a sandbox.
import { Option } from 'commander'

/** Whose exchange the sandbox is, or that the device keeps the account itself. */
export const SANDBOX_ACCOUNTS = ['binance', 'bybit', 'okx', 'paper'] as const
export type SandboxAccount = (typeof SANDBOX_ACCOUNTS)[number]

export function venueOption(): Option {
  return new Option('--venue <name>', 'whose exchange the sandbox is, or paper on its market')
    .choices(SANDBOX_ACCOUNTS)
    .default('binance')
}

/** What a person is told of it. */
export const VENUE_WORDS: Readonly<Record<SandboxAccount, string>> = {
  binance: 'stands in for Binance, with a market of its own',
  bybit: 'stands in for Bybit, with a market of its own',
  okx: 'stands in for OKX, with a market of its own',
  paper: 'stands in for Binance, with a market of its own; the account is on paper',
}
