// What other folders may use of the broker.
export { BROKER_CODES } from './codes.ts'
export { brokerConfig } from './config.ts'
export { type OwnCertificate, ownCertificate } from './own-certificate.ts'
