// keyside keys rotate and calendar: a new exchange key in the place of the old one, and when that is due.
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  askToTakeKey,
  createVenue,
  type ExchangeKeys,
  executorAt,
  keepExchangeKeys,
  readKeyAnswer,
  requireExchangeKeys,
  type SameAccount,
  tryKey,
  withdrawKeyRequest,
} from '@keyside/executor'
import { KeysideError, keysideHome, newJti, systemClock, systemRandomBytes } from '@keyside/runtime'
import { EXIT } from '../programs/exit.ts'
import { askForKeys, judged, requireKeys, warningLine } from '../terminal/ask-keys.ts'
import { freeFile } from '../terminal/free-file.ts'
import { createdOf, keyCalendar } from '../terminal/key-calendar.ts'
import { checkKeyRights } from '../terminal/key-check.ts'
import { print, table } from '../terminal/print.ts'
import { refuseSharedKey } from './account-keys.ts'
import { executorSection } from './executor-section.ts'
import { homeKeychains, openHomeKeychain } from './home-keychain.ts'
import { silentDeps } from './venue-info.ts'

/** How long the executor that runs may take to try the new key, ms. */
const ANSWER_MS = 30_000

export async function rotate({ secretFile }: { secretFile?: string }): Promise<void> {
  const home = keysideHome()
  const { exchange, account } = executorSection(home)
  requireKeys(exchange)
  const open = homeKeychains()
  const keychain = await open(home)
  const old = await requireExchangeKeys(keychain, account)
  const keys = await askForKeys(exchange, secretFile)
  if (keys.apiKey === old.apiKey) throw await storedAlready(home)
  await refuseSharedKey(home, keys, open)
  const same = await examineBoth(home, keys, old)
  await keepExchangeKeys(keychain, account, keys)
  print('', `Stored for account "${account}" in the place of ${shown(old.apiKey)}.`)
  const taken = await handOver(home)
  print(taken.words, ...(same === 'unknown' ? [NOT_COMPARED] : []), '')
  print(
    taken.outcome === 'not taken'
      ? `Do not delete ${shown(old.apiKey)} at ${exchange.name} yet: the executor still uses it.`
      : same === 'unknown'
        ? `Look at ${exchange.name} whether ${shown(old.apiKey)} is gone there, and delete it if not.`
        : `Now delete ${shown(old.apiKey)} at ${exchange.name}, and look there that it is gone: until then the old one works too.`,
    `Then put the next reminders into your calendar: keyside keys calendar --account ${account} --out key.ics`,
  )
  process.exitCode = taken.outcome === 'not taken' ? EXIT.refused : EXIT.ok
}

/** A run that was broken off may have stored it, and not handed it over. */
async function storedAlready(home: string): Promise<KeysideError> {
  const { outcome, words } = await handOver(home)
  const next =
    outcome === 'not taken'
      ? ''
      : ' If an earlier run was broken off, that is done now: delete the key before it at the exchange. If none was, make a new one there, and leave this one until the new one is in use'
  return new KeysideError(
    'key_unchanged',
    `this is the key that is stored already. ${words}${next}`,
  )
}

const NOT_COMPARED =
  'The old key does not answer any more, so nobody has compared whether both are of one account: look at it yourself.'

/** Throws as `keyside keys add` does, and with `key_other_account`; then the old key stays. */
async function examineBoth(
  home: string,
  keys: ExchangeKeys,
  old: ExchangeKeys,
): Promise<SameAccount> {
  const { exchange } = executorSection(home)
  const deps = silentDeps(home)
  const [next, before] = [
    await createVenue(exchange, async () => keys, deps),
    await createVenue(exchange, async () => old, deps),
  ]
  const { rights, same } = await tryKey(next, before)
  const { rows, refusal, warnings } = checkKeyRights(judged(rights), systemClock.now())
  print(...table(rows), ...warnings.map(warningLine))
  if (refusal !== undefined)
    throw new KeysideError(refusal.code, `${refusal.message}; the old one stays`)
  if (same === 'no')
    throw new KeysideError(
      'key_other_account',
      'this key sees other balances than the old one, so it is of another account: make it in the account whose key it is to replace; the old one stays',
    )
  return same
}

/** The executor that runs tries it itself before it lets the old one go. */
async function handOver(
  home: string,
): Promise<{ readonly outcome: 'taken' | 'not taken' | 'not running'; readonly words: string }> {
  if (executorAt(home).executor === 'none')
    return { outcome: 'not running', words: 'No executor runs here: the next start uses it.' }
  const id = newJti(systemRandomBytes)
  const to = askToTakeKey(home, { now: systemClock.now(), id })
  for (const end = systemClock.now() + ANSWER_MS; systemClock.now() < end; await sleep(200)) {
    const answer = readKeyAnswer(home, to)
    if (answer?.outcome === 'taken')
      return {
        outcome: 'taken',
        words: 'The executor that runs has tried it, and uses it from now on.',
      }
    if (answer !== null) return notTaken(`it says: ${answer.message}`)
  }
  withdrawKeyRequest(home)
  return notTaken('it has not answered')
}

function notTaken(why: string) {
  const words = `The executor that runs has not taken it (${why}): it goes on with the old key until it is started again.`
  return { outcome: 'not taken', words } as const
}

/** A part of it, as exchanges list them. */
function shown(apiKey: string): string {
  return `the key that begins with ${apiKey.slice(0, 4)}`
}

export async function calendar({ out }: { out?: string }): Promise<void> {
  const home = keysideHome()
  const file = out === undefined ? null : freeFile(out)
  const { exchange, account } = executorSection(home)
  requireKeys(exchange)
  const keys = await requireExchangeKeys(await openHomeKeychain(home), account)
  const venue = await createVenue(exchange, async () => keys, silentDeps(home))
  const rights = await venue.keyRights()
  const created = createdOf(rights.ok ? rights.value.created : undefined, keys.added)
  const text = keyCalendar({ account, exchange: exchange.name, created }, systemClock.now())
  if (file === null) process.stdout.write(text)
  else {
    writeFileSync(file, text)
    print(`Written to ${out}: open it with your calendar.`)
  }
}
