// Which addresses a home speaks to, where all of them are known for good: then the kernel lets its service reach no other.
import { isIP } from 'node:net'
import { providerNames } from '@keyside/executor'
import { isLoopback } from '@keyside/protocol'
import type { Environment } from '@keyside/runtime'
import { accountHomes } from '../home/accounts.ts'
import { programsOf } from '../home/roles.ts'
import type { Program } from '../programs/program-names.ts'
import { reachable } from '../programs/reachable.ts'
import { sectionOf } from '../programs/walls.ts'

/** `open`: why they are not known, as the end of a sentence. */
export type Network =
  | { readonly reach: 'fixed'; readonly addresses: readonly string[] }
  | { readonly reach: 'open'; readonly why: string }

/** Throws as `programsOf`. */
export function networkOf(home: string, environment: Environment): Network {
  const homes = accountHomes(home)
  if (homes.some((one) => providerNames(one).length > 0))
    return { reach: 'open', why: 'providers may move their brokers' }
  const all = homes.flatMap((one) =>
    programsOf(one).map((program) => ofProgram(program, one, environment)),
  )
  const open = all.find(({ reach }) => reach === 'open')
  if (open !== undefined) return open
  const addresses = all.flatMap((one) => (one.reach === 'fixed' ? one.addresses : []))
  return { reach: 'fixed', addresses: [...new Set(addresses)].sort() }
}

function ofProgram(program: Program, home: string, environment: Environment): Network {
  const section = sectionOf(program, home, environment)
  if (program === 'broker' && takesOthers(section))
    return { reach: 'open', why: 'clients of its broker come from anywhere' }
  const hosts = reachable(program, section, home).flatMap(hostOf)
  const named = hosts.find((host) => isIP(host) === 0)
  if (named !== undefined)
    return { reach: 'open', why: `addresses of ${named}, for its ${program}, change` }
  return { reach: 'fixed', addresses: hosts }
}

/** The addresses of a rule of `outgoing.ts`; none for this machine itself. */
function hostOf(rule: string): readonly string[] {
  const [host = '', ...rest] = rule.split(' ')
  if (rest.length === 0 || host === 'unix' || isLoopback(host)) return []
  return [host === '*' ? 'any exchange' : host.replace(/^\*\./, '')]
}

function takesOthers({ host, port, wsPort }: Readonly<Record<string, unknown>>): boolean {
  const listens = port !== null || wsPort !== null
  return listens && host !== undefined && !isLoopback(String(host))
}
