// What other folders may use of the broker.
export {
  BROKER_CODES,
  REFUSAL_CODES,
  type RefusalCode,
  START_CODES,
  type StartCode,
} from './codes.ts'
export { type BrokerConfig, brokerConfig } from './config.ts'
export { type Broker, type BrokerDeps, startBroker } from './start.ts'
