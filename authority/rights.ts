// What a subscriber may publish and subscribe at the provider's broker: one filter each, no wildcard.
import {
  type Access,
  headTopic,
  keysetTopic,
  presenceTopic,
  requestTopic,
  responseTopic,
  signalTopic,
} from '@keyside/protocol'

/** The engine's MQTT client id, whose presence a subscriber sees. */
export const ENGINE = 'engine'

export function subscriberRights(
  provider: string,
  client: string,
  plans: readonly string[],
): Access['acl'] {
  return {
    publish: [requestTopic(provider, client), presenceTopic(provider, client)],
    subscribe: [
      ...plans.flatMap((plan) => [signalTopic(provider, plan), headTopic(provider, plan)]),
      keysetTopic(provider),
      responseTopic(provider, client),
      presenceTopic(provider, ENGINE),
    ],
  }
}
