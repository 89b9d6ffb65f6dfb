// Invitations that can be read, with the keys that come from them, and texts that are none.
import { hashText } from '../hash.ts'
import {
  deriveInvitation,
  formatInvitation,
  type Invitation,
  type InvitationKeys,
  type ReadInvitation,
} from '../invitation.ts'
import { rootFingerprint } from '../keyset.ts'
import { NOW } from './claims.ts'
import { firstRoot } from './provider-claims.ts'

export interface InvitationCase {
  readonly now: number
  readonly plaintext: boolean
  readonly text: string
  readonly invitation?: Invitation
  readonly keys?: InvitationKeys
  readonly code?: Extract<ReadInvitation, { ok: false }>['code']
}

const invitation: Invitation = {
  host: 'broker.example',
  port: 8883,
  provider: 'acme',
  id: 'alice-1',
  root: rootFingerprint(firstRoot),
  tls: `pin:${hashText('SPKI')}`,
  plans: ['trend', 'reversion'],
  until: NOW + 600,
  secret: 'AAECAwQFBgcICQoLDA0ODw',
}

export const INVITATION_LINK = formatInvitation(invitation)

const read = (change: Partial<Invitation> = {}, plaintext = false): InvitationCase => {
  const changed = { ...invitation, ...change }
  const text = formatInvitation(changed)
  return { now: NOW, plaintext, text, invitation: changed, keys: deriveInvitation(text) }
}
/** One piece of the link replaced by another. */
const malformed = (from: string | RegExp, to: string): InvitationCase => ({
  now: NOW,
  plaintext: false,
  text: INVITATION_LINK.replace(from, to),
  code: 'invitation_malformed',
})

export const INVITATION_CASES: Readonly<Record<string, InvitationCase>> = {
  'read-pinned': read(),
  'read-ca': read({ tls: 'ca', port: 1 }),
  'read-ipv4': read({ host: '192.0.2.7', port: 65_535 }),
  'read-ipv6': read({ host: '[2001:db8::1]' }),
  'read-loopback-in-clear': read({ host: '[::1]', tls: 'none' }),
  'read-in-clear-where-it-may': read({ host: '192.0.2.7', tls: 'none' }, true),
  'read-bot': read({ provider: 'home', plans: [] }),
  'read-twelve-plans': read({ plans: Array.from({ length: 12 }, (_, at) => `plan-${at}`) }),

  'refused-in-clear': {
    now: NOW,
    plaintext: false,
    text: formatInvitation({ ...invitation, tls: 'none' }),
    code: 'invitation_plaintext',
  },
  'refused-expired': {
    now: invitation.until,
    plaintext: false,
    text: INVITATION_LINK,
    code: 'invitation_expired',
  },
  'refused-empty': malformed(/.*/, ''),
  'refused-web-address': malformed('keyside:', 'https:'),
  'refused-scheme-upper-case': malformed('keyside:', 'Keyside:'),
  'refused-user-in-front': malformed('//', '//acme@'),
  'refused-host-upper-case': malformed('broker', 'Broker'),
  'refused-host-look-alike': malformed('broker', 'br\u043eker'),
  'refused-host-percent': malformed('broker', 'br%6fker'),
  'refused-host-dot-at-end': malformed('.example', '.example.'),
  'refused-host-underscore': malformed('broker', 'bro_ker'),
  'refused-host-ipv4-hex': malformed('broker.example', '0x7f.0.0.1'),
  'refused-host-ipv4-octal': malformed('broker.example', '127.0.0.01'),
  'refused-host-ipv4-short': malformed('broker.example', '127.1'),
  'refused-host-ipv6-long': malformed('broker.example', '[2001:db8:0:0:0:0:0:1]'),
  'refused-host-ipv6-zone': malformed('broker.example', '[fe80::1%25eth0]'),
  'refused-host-254-characters': malformed('broker', `${'a'.repeat(60)}.`.repeat(5)),
  'refused-port-missing': malformed(':8883', ''),
  'refused-port-zero': malformed(':8883', ':0'),
  'refused-port-leading-zero': malformed(':8883', ':08883'),
  'refused-port-65536': malformed(':8883', ':65536'),
  'refused-path': malformed('/acme', '/acme/x'),
  'refused-provider-upper-case': malformed('/acme', '/Acme'),
  'refused-id-28-characters': malformed('alice-1', 'a'.repeat(28)),
  'refused-root-short': malformed('&root=', '&root=A'),
  'refused-root-missing': malformed(/&root=[^&]*/, ''),
  'refused-tls-missing': malformed(/&tls=[^&]*/, ''),
  'refused-tls-no': malformed(/tls=[^&]*/, 'tls=no'),
  'refused-tls-twice': malformed('&plans', '&tls=ca&plans'),
  'refused-order': malformed(/(&tls=[^&]*)(&plans=[^&]*)/, '$2$1'),
  'refused-more': malformed('#', '&x=1#'),
  'refused-plan-twice': malformed('trend,reversion', 'trend,trend'),
  'refused-no-plan': malformed('trend,reversion', ''),
  'refused-thirteen-plans': malformed('trend', Array.from('abcdefghijkl').join()),
  'refused-plan-for-the-bot': malformed('/acme', '/home'),
  'refused-until-fraction': malformed(/until=\d+/, 'until=1795000600.5'),
  'refused-until-leading-zero': malformed('until=', 'until=0'),
  'refused-secret-missing': malformed(/#.*/, ''),
  'refused-secret-in-query': malformed('#', '&secret='),
  'refused-secret-loose-bits': malformed(/.$/, 'x'),
  'refused-secret-padded': malformed(/$/, '=='),
  'refused-space-at-end': malformed(/$/, ' '),
  'refused-newline-at-end': malformed(/$/, '\n'),
}
