// The engine goes by what the authority publishes: the keyset's version in its heads, and its own next key.
import { describeError, type Logger } from '@keyside/runtime'
import type { EngineSigner } from '../publish/signer.ts'
import type { EngineKeyset, SubscriberList } from './subscriber-list.ts'

export interface FollowOptions {
  readonly subscribers: SubscriberList
  readonly signer: EngineSigner
  readonly log: Logger
  /** The version or the key is another one now. */
  readonly onChange: () => void
}

/** Goes by the list as it is, and returns what looks at it again. */
export function followKeyset({ subscribers, signer, log, onChange }: FollowOptions): () => void {
  let told = ''
  let followed: EngineKeyset | undefined
  const go = () => {
    if (subscribers.keyset === followed) return
    followed = subscribers.keyset
    const before = `${signer.keyset} ${signer.key.kid}`
    const isListed = signer.follow(followed)
    const after = `${signer.keyset} ${signer.key.kid}`
    if (!isListed && told !== after) {
      const message = `the key ${signer.key.kid} is not in the keyset: no device follows what it signs. Run "keyside keyset rotate-engine" where the authority is`
      log.error({ code: 'engine_key_unlisted' }, message)
    }
    told = after
    if (before === after) return
    log.info({ keyset: signer.keyset, kid: signer.key.kid }, 'keyset in force')
    onChange()
  }
  go()
  return () => {
    subscribers.look()
    try {
      go()
    } catch (error) {
      // Such as a folder in which the key cannot take its place: it is tried again.
      followed = undefined
      log.error({ err: describeError(error) }, 'the keyset could not be followed')
    }
  }
}
