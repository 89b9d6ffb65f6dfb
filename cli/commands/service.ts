// keyside service: "keyside up" on this home as a service of the system, begun with the machine.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installed, keysideHome, readText, systemClock } from '@keyside/runtime'
import type { Command } from 'commander'
import { accountHomes } from '../home/accounts.ts'
import { executorSection } from '../home/executor-section.ts'
import { openHomeKeychain } from '../home/home-keychain.ts'
import { programsOf } from '../home/roles.ts'
import { EXIT } from '../programs/exit.ts'
import { isAlive } from '../programs/heartbeat.ts'
import { requireRoot, requireUsualHome, vaultOf } from '../service/conditions.ts'
import { installService, isThere, removeService, restartService } from '../service/control.ts'
import { thisMachine } from '../service/machine.ts'
import { networkOf } from '../service/network.ts'
import { ownerOf } from '../service/owner.ts'
import type { SystemService } from '../service/parts.ts'
import { serviceOf } from '../service/system-service.ts'
import { environment } from '../terminal/config.ts'
import { readPassphrase } from '../terminal/passphrase.ts'
import { print, row } from '../terminal/print.ts'

const { platform } = process

export function addService(program: Command): void {
  const service = program
    .command('service')
    .description('start this home with the machine: install, status, logs, restart, remove')
    .addHelpText('after', HELP)
  service
    .command('install')
    .description('make "keyside up" on this home a service of the system, and start it')
    .action(install)
  service
    .command('status')
    .description('what the system says of it, and which programs are at work')
    .action(status)
  service.command('logs').description('the last of what it said').action(logs)
  service
    .command('restart')
    .description('begin it anew, as after an upgrade')
    .action(() => {
      asRoot('restart')
      restartService(thisMachine, known())
      print('Begun anew; "keyside service status" shows whether it is at work.')
    })
  service
    .command('remove')
    .description('stop it, and start it no more; the home stays as it is')
    .action(() => {
      asRoot('remove')
      const home = isThere(thisMachine, known())
      removeService(thisMachine, known())
      print(`Stopped and taken away. Nothing was changed in ${home ?? keysideHome()}.`)
    })
}

const HELP = `
systemd on Linux, launchd on macOS, the Task Scheduler on Windows; docs/service.md has the whole way.
Example:
  sudo KEYSIDE_HOME=/var/lib/keyside/.keyside keyside service install`

const known = (): SystemService => serviceOf(platform, environment['PROGRAMDATA'])

function asRoot(verb: string): void {
  const words = [process.execPath, installed('cli/main.js'), 'service', verb]
  requireRoot(process.getuid?.(), keysideHome(), words)
}

async function install(): Promise<void> {
  const service = known()
  const home = keysideHome()
  const programs = programsOf(home)
  asRoot('install')
  requireUsualHome(platform, home, keysideHome({}))
  const owner = ownerOf(home, platform)
  const asked =
    programs.includes('executor') &&
    vaultOf(accountHomes(home).map(executorSection), platform) === 'asked'
  const passphrase = asked ? await tried(home) : undefined
  const network = networkOf(home, environment)
  const paths = { home, node: process.execPath, code: installed(), network }
  installService(thisMachine, service, { ...paths, owner, ...(passphrase && { passphrase }) })
  print(
    `A service now: ${service.file}`,
    row('home', home),
    row('user', owner.name),
    '',
    'It starts with the machine. "keyside service status" and "keyside service logs" show how it is.',
  )
}

/** Of the vault: a wrong one would be noticed at the next start of the machine. */
async function tried(home: string): Promise<string> {
  const passphrase = await readPassphrase(home, undefined)
  await openHomeKeychain(home, executorSection(home), passphrase)
  return passphrase
}

function status(): void {
  const service = known()
  const home = isThere(thisMachine, service) ?? keysideHome()
  const asked = thisMachine.run(service.status, { show: true })
  print('', home, ...aliveRows(home))
  process.exitCode = asked.status === 0 ? EXIT.ok : EXIT.failed
}

/** Its owner and root may look. */
function aliveRows(home: string): readonly string[] {
  if (!existsSync(join(home, 'config.yaml')))
    return ['  (shut to you: ask as its owner, or as root)']
  return programsOf(home).map((name) =>
    row(name, isAlive(home, name, systemClock.now()) ? 'at work' : 'no sign of life within 15 s'),
  )
}

/** Of the system's log, or of the home's where it has none. */
function logs(): void {
  const service = known()
  const home = isThere(thisMachine, service) ?? keysideHome()
  if (service.logs !== null) thisMachine.run(service.logs, { show: true })
  else
    print(
      ...readText(join(home, 'logs', 'up.log'))
        .split('\n')
        .slice(-200),
    )
  print('', `The log of each program is in ${join(home, 'logs')}.`)
}
