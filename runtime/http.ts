// Node's HTTP. An import statement reads every export of `node:http`, and one of them loads all of Node's fetch: 50 ms.
export const http = process.getBuiltinModule('node:http')
