// HTTP to servers that are not Keyside's.
export { type HttpAnswer, HttpClient, type HttpRequest, RedirectedError } from './http-client.ts'
export { agentMaker, type MakeAgent, proxySetting } from './proxy.ts'
