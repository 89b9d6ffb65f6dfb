// What each program may do at the home's broker.
import {
  type Access,
  commandTopic,
  HOME,
  headTopic,
  keysetTopic,
  presenceTopic,
  reportTopic,
  requestTopic,
  responseTopic,
  signalTopic,
  TRIAL_PLAN,
} from '@keyside/protocol'
import type { Client } from './home-files.ts'

/** All strategies of one's own engine, as long as their files name no other plan. */
export const OWN_PLAN = 'all'
export const DEVICE = 'device'

/** What a device hears of its own engine. Rules from the chat are for paper alone: no other account's access names their plan. */
export function plansFor(account: string | undefined): string[] {
  return account === 'paper' ? [OWN_PLAN, TRIAL_PLAN] : [OWN_PLAN]
}

/** The programs of the home's own account, and those of an account beside it. */
export function clientId(client: Client, account: string | null): string {
  return account === null ? client : `${client}-${account}`
}

function botRights(device: string): Access['acl'] {
  return {
    publish: [commandTopic(device)],
    subscribe: [reportTopic(device), presenceTopic(HOME, device)],
  }
}

/**
 * What it asks is answered to it alone: where an engine of one's own is beside it, about strategies; on another host, by the
 * authority, for its own next access.
 */
export const ASKING_BOT_RIGHTS: Access['acl'] = {
  publish: [...botRights(DEVICE).publish, requestTopic(HOME, 'bot')],
  subscribe: [...botRights(DEVICE).subscribe, responseTopic(HOME, 'bot')],
}

/** With an engine beside it: what rules from the chat say, too. */
const HEARING_BOT_RIGHTS: Access['acl'] = {
  publish: ASKING_BOT_RIGHTS.publish,
  subscribe: [...ASKING_BOT_RIGHTS.subscribe, signalTopic(HOME, TRIAL_PLAN)],
}

export interface Beside {
  readonly provider: string
  /** Which programs the home has. */
  readonly clients: readonly Client[]
  readonly account: string | null
  /** Of its own engine, what the device hears. */
  readonly plans: readonly string[]
}

/**
 * A provider's engine can read nothing of a device, and only the authority speaks with a device that is not a subscriber yet. A bot
 * and an engine speak with each other only in a home that has both, over the bot's line to the home's own account.
 */
export function rights(
  client: Client,
  { provider, clients, account, plans }: Beside,
): Access['acl'] {
  const speaks =
    clients.includes('engine') && clients.includes('bot') && provider === HOME && account === null
  const all = (kind: string) => `keyside/v1/${kind}/${provider}/+`
  const answers = provider === HOME ? [] : [all('response')]
  const requests = provider === HOME ? [] : [all('request')]
  const device = clientId(DEVICE, account)
  switch (client) {
    case 'engine':
      return {
        publish: [
          all('signal'),
          all('head'),
          `${all('intent')}/result`,
          ...answers,
          ...(speaks ? [responseTopic(HOME, 'bot')] : []),
          presenceTopic(provider, client),
        ],
        subscribe: [all('intent'), ...requests, ...(speaks ? [requestTopic(HOME, 'bot')] : [])],
      }
    case 'authority':
      return {
        publish: [
          keysetTopic(provider),
          `${all('enroll')}/answer`,
          ...answers,
          presenceTopic(provider, client),
        ],
        subscribe: [all('enroll'), ...requests, all('presence')],
      }
    case 'device-signals':
      return {
        publish: [],
        subscribe: [
          ...plans.flatMap((plan) => [signalTopic(HOME, plan), headTopic(HOME, plan)]),
          presenceTopic(HOME, 'engine'),
        ],
      }
    case DEVICE:
      return {
        publish: [reportTopic(device), presenceTopic(HOME, device)],
        subscribe: [commandTopic(device)],
      }
    case 'bot':
      return speaks ? HEARING_BOT_RIGHTS : botRights(device)
  }
}
