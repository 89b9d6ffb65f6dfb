// The certificate that all listeners show: from two files, which are followed, so that a renewal needs no restart.
import { createSecureContext, type SecureContext } from 'node:tls'
import {
  FollowedFiles,
  KeysideError,
  type Look,
  readBytes,
  readSecret,
  reasonOf,
} from '@keyside/runtime'

export class Certificate {
  readonly #names: string
  readonly #files: FollowedFiles<SecureContext>

  /** Throws `broker_certificate_broken`: there is no earlier one to show. */
  constructor(certFile: string, keyFile: string) {
    this.#names = `${certFile} and ${keyFile}`
    const read = () =>
      createSecureContext({
        cert: readBytes(certFile),
        key: readSecret(keyFile),
        minVersion: 'TLSv1.2',
      })
    try {
      this.#files = new FollowedFiles([certFile, keyFile], read)
    } catch (error) {
      throw new KeysideError(
        'broker_certificate_broken',
        `${this.#names} cannot be used (${reasonOf(error)}): expected a certificate with its chain and its key, in PEM`,
        error,
      )
    }
  }

  /** For new connections; those that stand keep the one that they began with. */
  get context(): SecureContext {
    return this.#files.value
  }

  /** Reads the files if they have changed since the last look. */
  look(): Look {
    return this.#files.look()
  }

  /** After a `broken` look, in a sentence. */
  get problem(): string {
    return `${this.#names} cannot be used (${this.#files.problem}): the certificate before them is shown until they are right`
  }
}
