// A unit of systemd. One of the system and not of the user: it starts before anybody logs in without "linger", may have every
// wall below, and gets its passphrase as a credential that the machine alone can decrypt.
import { KeysideError } from '@keyside/runtime'
import { CREDENTIAL } from '../terminal/credential.ts'
import type { Network } from './network.ts'
import { NODE_FLAGS, type Started, type SystemService } from './parts.ts'

/** Encrypted for this machine, by its TPM where it has one. */
export const CREDENTIAL_FILE = '/etc/credstore.encrypted/keyside-vault-passphrase'

export const systemdService: SystemService = {
  file: '/etc/systemd/system/keyside.service',
  text: unit,
  encoding: 'utf8',
  homeIn: (text) => /^Environment=KEYSIDE_HOME=(.+)$/m.exec(text)?.[1] ?? null,
  install: [
    ['systemctl', 'daemon-reload'],
    ['systemctl', 'enable', 'keyside.service'],
    ['systemctl', 'restart', 'keyside.service'],
  ],
  restart: [['systemctl', 'restart', 'keyside.service']],
  remove: [['systemctl', 'disable', '--now', 'keyside.service']],
  removed: [['systemctl', 'daemon-reload']],
  status: ['systemctl', 'status', '--no-pager', '--lines=0', 'keyside.service'],
  logs: ['journalctl', '--no-pager', '--lines=200', '--unit=keyside.service'],
}

/** Folders that the user's programs write besides the home: where executors are found, and compiled code. */
export function ownFolders(user: Started['user']): readonly string[] {
  return [`${user.home}/.local/state/keyside`, `${user.home}/.cache/keyside`]
}

/** Refuses characters with a special meaning in a unit file. Throws `service_path`. */
function plain(path: string): string {
  if (/^\/[\p{L}\p{N}/._@+=-]*$/u.test(path)) return path
  throw new KeysideError(
    'service_path',
    `${path} cannot stand in a unit of systemd: choose a path of letters, digits and . _ @ + = -`,
  )
}

/** Where other people's files are, too. */
const HOMES = /^\/(?:home|root|run\/user)(?:\/|$)/

function unit({ home, user, node, code, passphrase, network }: Started): string {
  const writes = [home, ...ownFolders(user)].map(plain)
  const reads = [code, node].map(plain)
  const [hiddenWrites, openWrites] = halves(writes)
  const [hiddenReads] = halves(reads)
  const hidden = [...hiddenWrites, ...hiddenReads]
  return `# Keyside, started with the machine. "keyside service install" writes this file anew; what you add goes beside it, by
# "systemctl edit keyside" (docs/service.md).
[Unit]
Description=Keyside, its programs of one home
Wants=network-online.target
After=network-online.target nss-lookup.target time-sync.target
# However often it fails, it is tried again.
StartLimitIntervalSec=0

[Service]
Type=exec
User=${user.name}
Environment=KEYSIDE_HOME=${plain(home)}
ExecStart=${plain(node)} ${NODE_FLAGS.join(' ')} ${plain(code)}/cli/main.js up
${passphrase === 'credential' ? `LoadCredentialEncrypted=${CREDENTIAL}:${CREDENTIAL_FILE}\n` : ''}Restart=always
RestartSec=10
# "keyside up" ends its programs in order; what is left after that is ended by systemd.
KillMode=mixed
TimeoutStopSec=30
# Of its programs, one that used too much memory is begun again; the others go on.
OOMPolicy=continue
MemoryMax=80%
TasksMax=512
LimitCORE=0
UMask=0077

# The disk: nothing may be written but these folders, and other people's homes are not there.
ProtectSystem=strict
ProtectHome=${hidden.length === 0 ? 'yes' : 'tmpfs'}
${lines('ReadWritePaths', openWrites)}${lines('BindPaths', hiddenWrites)}${lines('BindReadOnlyPaths', hiddenReads)}PrivateTmp=yes
PrivateDevices=yes

# The kernel, and other processes. Without MemoryDenyWriteExecute: Node compiles while it runs.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
PrivateUsers=yes
ProtectProc=invisible
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RemoveIPC=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

${rules(network)}RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK

[Install]
WantedBy=multi-user.target
`
}

/** Of addresses. Those of this machine are let through: brokers, proxies, the resolver of names. */
function rules(network: Network): string {
  if (network.reach === 'open')
    return `# The network. Without IPAddressAllow: ${network.why} (docs/service.md).\n`
  return `# The network: what config.yaml names has addresses that stay. After a change of it install the service once more.
IPAddressDeny=any
IPAddressAllow=${['localhost', ...network.addresses].join(' ')}
`
}

function halves(paths: readonly string[]): readonly [hidden: string[], open: string[]] {
  return [paths.filter((path) => HOMES.test(path)), paths.filter((path) => !HOMES.test(path))]
}

function lines(name: string, paths: readonly string[]): string {
  return paths.map((path) => `${name}=${path}\n`).join('')
}
