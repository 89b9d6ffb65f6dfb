// One service of docker-compose.yml as a process: its own command, environment, mounts and secrets, and nothing else.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { parse } from 'yaml'
import { PACKAGE } from './keyside.ts'

export const root = join(import.meta.dirname, '..')

export interface Service {
  readonly user: string
  readonly read_only: boolean
  readonly cap_drop: readonly string[]
  readonly security_opt: readonly string[]
  readonly build: string
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly tmpfs?: readonly string[]
  readonly ports?: readonly string[]
  readonly profiles?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck: { readonly test: readonly string[] }
  readonly init: boolean
  readonly ulimits: Readonly<Record<string, number>>
  readonly mem_limit: string
  readonly pids_limit: number
  readonly logging: { readonly options: Readonly<Record<string, string>> }
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
}

export function readComposeFile(): ComposeFile {
  return parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true })
}

export interface Image {
  readonly entrypoint: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly user: string
}

export function readDockerfile({ build }: Service): Image {
  const text = readFileSync(join(root, build, 'Dockerfile'), 'utf8')
  const line = (word: string) => new RegExp(`^${word} (.*)$`, 'm').exec(text)?.[1] ?? ''
  const [name = '', value = ''] = line('ENV').split('=')
  return { entrypoint: JSON.parse(line('ENTRYPOINT')), env: { [name]: value }, user: line('USER') }
}

/** Stands for the host of the containers: where `./home` is, and which free port stands for which address. */
export interface Host {
  readonly folder: string
  readonly home: string
  /** Address or port in the containers to what it is here, longest first. */
  readonly addresses: readonly (readonly [string, string])[]
}

export interface Container {
  /** What is /keyside inside. */
  readonly keyside: string
  /** Names in /keyside that were mounted. */
  readonly mounted: readonly string[]
  start(command?: readonly string[]): ChildProcess
  /** `docker compose run --rm SERVICE COMMAND`. */
  run(command: readonly string[]): { status: number | null; output: string }
  /** Exit code of the health check. */
  health(): number | null
}

export function createContainer(name: string, file: ComposeFile, host: Host): Container {
  const service = file.services[name]
  if (service === undefined) throw new RangeError(`no service ${name}`)
  const inside = join(host.folder, name)
  const keyside = join(inside, 'keyside')
  const user = join(inside, 'user')
  mkdirSync(user, { recursive: true, mode: 0o700 })
  const here = (text: string) => translate(text, host, keyside)
  const mounted = mountFolders(service, host, keyside, here)
  const { entrypoint, env } = readDockerfile(service)
  const variables = Object.entries({ ...env, ...service.environment })
  const environment = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: user,
    ...Object.fromEntries(variables.map(([key, value]) => [key, here(value)])),
  }
  const argv = (command: readonly string[]) => [...entrypoint, ...command].map(here)
  const run = (words: readonly string[]) => {
    const [program = '', ...args] = words
    const { status, stdout, stderr } = spawnSync(program, args, {
      env: environment,
      encoding: 'utf8',
    })
    return { status, output: stdout + stderr }
  }
  return {
    keyside,
    mounted,
    start: (command = service.command) => {
      const [program = '', ...args] = argv(command)
      const stdio = ['ignore', 'pipe', 'inherit', 'ipc'] as const
      return spawn(program, args, { env: environment, stdio: [...stdio] })
    },
    run: (command) => run(argv(command)),
    // In the file of compose a dollar is written twice.
    health: () =>
      run(['/bin/sh', '-c', here((service.healthcheck.test[1] ?? '').replaceAll('$$', '$'))])
        .status,
  }
}

function translate(text: string, { addresses }: Host, keyside: string): string {
  const places = new Map([['/app/', `${PACKAGE}/`], ['/keyside', keyside], ...addresses])
  const known = new RegExp([...places.keys()].map(RegExp.escape).join('|'), 'g')
  return text.replace(known, (place) => places.get(place) ?? place)
}

function mountFolders(
  service: Service,
  host: Host,
  keyside: string,
  here: (text: string) => string,
): string[] {
  mkdirSync(keyside, { recursive: true })
  const volumes = (service.volumes ?? []).map((line) => {
    const [source = '', target = ''] = line.split(':')
    const place = relative('/keyside', target)
    const path = join(keyside, place)
    mkdirSync(dirname(path), { recursive: true })
    if (source === './home/config.yaml')
      writeFileSync(path, here(readFileSync(hostPath(source, host), 'utf8')), { mode: 0o600 })
    else if (!line.endsWith(':ro')) symlinkSync(hostPath(source, host), path)
    else cpSync(hostPath(source, host), path, { recursive: true })
    return place.split('/')[0] ?? ''
  })
  const memory = (service.tmpfs ?? []).map((line) => basename(line.split(':')[0] ?? ''))
  for (const name of memory) mkdirSync(join(keyside, name), { mode: 0o700 })
  return [...volumes, ...memory].sort()
}

function hostPath(path: string, { home }: Host): string {
  return path.replace(/^\.\/home/, home)
}

/** What a program wrote where only mounts should be. */
export function strayFiles({ keyside, mounted }: Container): string[] {
  return readdirSync(keyside).filter((name) => !mounted.includes(name))
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
