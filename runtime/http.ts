// Node's HTTP and TLS, not by import statements: one reads every export of `node:http`, and with that loads all of Node's fetch;
// and with TLS come the certificates of all authorities. Each is CPU of every start, and memory, for what few starts need.
export const http = process.getBuiltinModule('node:http')

/** Loaded at the first use. */
export const https = () => process.getBuiltinModule('node:https')

/** Loaded at the first use. */
export const tls = () => process.getBuiltinModule('node:tls')
