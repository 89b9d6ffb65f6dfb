// Who may trade: one API key, its kind and its rights; the venue keeps its balances under its name.
import { createPublicKey, type KeyObject } from 'node:crypto'

interface KeyRights {
  readonly ipRestrict: boolean
  readonly enableReading: boolean
  readonly enableSpotAndMarginTrading: boolean
  readonly enableWithdrawals: boolean
  readonly enableInternalTransfer: boolean
  readonly permitsUniversalTransfer: boolean
  readonly enableMargin: boolean
  readonly enableFutures: boolean
  readonly enableVanillaOptions: boolean
  readonly enablePortfolioMarginTrading: boolean
  readonly enableFixApiTrade: boolean
  readonly enableFixReadOnly: boolean
  /** Unix ms. */
  readonly createTime: number
  /** Unix ms; absent for a key that never runs out. */
  readonly tradingAuthorityExpirationTime?: number
}

export interface AccountSetup {
  readonly name: string
  readonly apiKey: string
  /** Where the venue's keys have one. */
  readonly passphrase?: string
  /** An HMAC secret, or the public half of an Ed25519 key as PEM. */
  readonly credential: { readonly secret: string } | { readonly publicKey: string }
  /** Asset to decimal string. */
  readonly balances: Readonly<Record<string, string>>
  readonly rights?: Partial<KeyRights>
}

export interface Account {
  readonly name: string
  readonly apiKey: string
  readonly passphrase?: string
  readonly credential: { readonly secret: string } | { readonly publicKey: KeyObject }
  readonly rights: KeyRights
}

/** By default a key may read and trade, from listed addresses only, and nothing else. `now` is its age's start. */
export function createAccount(setup: AccountSetup, now: number): Account {
  const { name, apiKey, passphrase, credential } = setup
  return {
    name,
    apiKey,
    ...(passphrase !== undefined && { passphrase }),
    credential:
      'secret' in credential ? credential : { publicKey: createPublicKey(credential.publicKey) },
    rights: { ...safeRights(now), ...setup.rights },
  }
}

function safeRights(now: number): KeyRights {
  return {
    ipRestrict: true,
    enableReading: true,
    enableSpotAndMarginTrading: true,
    enableWithdrawals: false,
    enableInternalTransfer: false,
    permitsUniversalTransfer: false,
    enableMargin: false,
    enableFutures: false,
    enableVanillaOptions: false,
    enablePortfolioMarginTrading: false,
    enableFixApiTrade: false,
    enableFixReadOnly: false,
    createTime: now,
  }
}
