// The executor's publisher of reports, on the simulated network.
import { ReportPublisher } from '../executor/report-publisher.ts'
import { GENESIS, reportTopic } from '../protocol/index.ts'
import type { Clock } from '../runtime/index.ts'
import { DEVICE, DEVICE_KEY } from './keys.ts'
import type { Network } from './network.ts'
import type { Simulation } from './simulation.ts'

export interface ReportPublisherOptions {
  readonly simulation: Simulation
  readonly network: Network
  readonly clock: Clock
  readonly isConnected: () => boolean
  readonly onReport: (token: string) => void
}

export function reportPublisher(options: ReportPublisherOptions): ReportPublisher {
  const { simulation, network, clock, isConnected, onReport } = options
  const log = { warn: () => undefined } as unknown as ConstructorParameters<
    typeof ReportPublisher
  >[0]['log']
  const publisher = new ReportPublisher({
    device: DEVICE,
    audience: 'bot',
    session: 'A'.repeat(22),
    journal: () => GENESIS,
    money: () => 'real',
    key: DEVICE_KEY,
    clock,
    randomBytes: (bytes) => simulation.random.bytes(bytes),
    log,
  })
  publisher.attach({
    ready: Promise.resolve(),
    connected: isConnected,
    subscribed: isConnected,
    publish: async (topic, token) => {
      if (topic === reportTopic(DEVICE)) network.send('report', () => onReport(token))
    },
    close: async () => undefined,
  })
  return publisher
}
