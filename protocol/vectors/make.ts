// Writes the vectors, one case a file: node protocol/vectors/make.ts. Same bytes at every run.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBase64url } from '../base64url.ts'
import { KINDS, type Kind } from '../kinds.ts'
import { sign } from '../sign.ts'
import * as good from './claims.ts'
import { ED25519_CASES } from './ed25519-cases.ts'
import { ENROLMENT_CASES } from './enrolment-cases.ts'
import { signPayload } from './forge.ts'
import { INVITATION_CASES } from './invitation-cases.ts'
import {
  AUTHORITY,
  BOT,
  DEVICE,
  ENGINE,
  OTHERS,
  PROGRAM,
  PROVIDER,
  SUBSCRIBER,
  TRUSTED,
  type VectorKey,
} from './keys.ts'
import { KEYSET_CASES } from './keyset-cases.ts'
import * as provider from './provider-claims.ts'
import { REFUSED_CLAIMS } from './refused-claims.ts'
import { REFUSED_JWS } from './refused-jws.ts'
import { REFUSED_PROVIDER, SCOPED_CASES, type ScopedCase } from './refused-provider.ts'
import * as strategies from './strategy-claims.ts'

/** Where a refused vector came, by the kind that is expected there. */
const PLACES: Partial<Record<Kind, { audience: string; topic: string }>> = {
  signal: { audience: 'executors', topic: 'keyside/v1/signal/home/trend' },
  head: { audience: 'executors', topic: 'keyside/v1/head/home/trend' },
  alert: { audience: 'executors', topic: 'keyside/v1/signal/acme/trend' },
  command: { audience: 'device', topic: 'keyside/v1/command/device' },
  presence: { audience: 'home', topic: 'keyside/v1/presence/home/home' },
  request: { audience: 'acme', topic: 'keyside/v1/request/acme/device-7' },
  response: { audience: 'device-7', topic: 'keyside/v1/response/acme/device-7' },
  intent: { audience: 'acme', topic: 'keyside/v1/intent/acme/my-model' },
  result: { audience: 'my-model', topic: 'keyside/v1/intent/acme/my-model/result' },
  answer: {
    audience: provider.accepted.aud,
    topic: 'keyside/v1/enroll/acme/alice-1/answer',
  },
}

const CASES = {
  keysets: KEYSET_CASES,
  enrolments: ENROLMENT_CASES,
  invitations: INVITATION_CASES,
}
const FOLDERS = ['valid', 'refused', ...Object.keys(CASES)]

/** File path below vectors/, and its text. */
export function vectorFiles(): Map<string, string> {
  const files = new Map<string, object>([
    ['keys.json', keys()],
    ['ed25519.json', ED25519_CASES],
  ])
  for (const [name, vector] of valid()) files.set(`valid/${name}.json`, vector)
  for (const [folder, cases] of Object.entries(CASES))
    for (const [name, data] of Object.entries(cases)) files.set(`${folder}/${name}.json`, data)
  for (const [name, code, token, kind = 'signal'] of [
    ...REFUSED_JWS,
    ...REFUSED_CLAIMS,
    ...REFUSED_PROVIDER,
  ])
    files.set(`refused/${name}.json`, {
      kinds: [kind],
      ...PLACES[kind],
      now: good.NOW,
      token,
      code,
    })
  for (const { name, vector } of strategies.REFUSED_STRATEGIES)
    files.set(`refused/${name}.json`, vector)
  for (const each of SCOPED_CASES) files.set(`refused/${each.name}.json`, scopedVector(each))
  return new Map([...files].map(([path, data]) => [path, `${JSON.stringify(data, null, 2)}\n`]))
}

function keys(): object {
  const written = ({ issuer, kinds, seed, key }: VectorKey) => ({
    issuer,
    kinds,
    kid: key.kid,
    seed: encodeBase64url(seed),
    jwk: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey },
  })
  return { trusted: TRUSTED.map(written), others: OTHERS.map(written) }
}

/** The keys that count are those of `keyset`. */
function scopedVector({ code, kind, claims, keyset, signer }: ScopedCase): object {
  const topic = KINDS[kind].topic as (claims: object) => string
  return {
    keyset,
    kinds: [kind],
    audience: (claims as { aud: string }).aud,
    topic: topic(claims),
    now: good.NOW,
    token: signPayload(JSON.stringify(claims), kind, signer),
    code,
  }
}

function valid(): Map<string, object> {
  return new Map([
    ['signal-entry', vector('signal', good.entry, ENGINE)],
    ['signal-entry-limit', vector('signal', good.limitEntry, ENGINE)],
    ['signal-with-ext', vector('signal', good.extended, ENGINE)],
    ['signal-exit', vector('signal', good.exit, ENGINE)],
    ['signal-stop', vector('signal', good.movedStop, ENGINE)],
    ['head', vector('head', good.head, ENGINE)],
    ['head-of-64-streams', vector('head', good.fullHead, ENGINE)],
    ['alert', vector('alert', good.alert, ENGINE)],
    ['alert-without-a-name', vector('alert', good.namelessAlert, ENGINE)],
    ['alert-of-a-provider', vector('alert', provider.alertOfProvider, PROVIDER)],
    ['command', vector('command', good.command, BOT)],
    ['command-halt', vector('command', good.haltAndSell, BOT)],
    ['command-pause', vector('command', good.pauseForAWhile, BOT)],
    ['command-close', vector('command', good.closeAsShown, BOT)],
    ['command-protect', vector('command', good.raiseStop, BOT)],
    ['command-tighten', vector('command', good.tightenDay, BOT)],
    ['command-request-loosening', vector('command', good.looseningForMarket, BOT)],
    ['command-summary', vector('command', good.summaryOfDay, BOT)],
    ['command-price-alert', vector('command', good.tellPrice, BOT)],
    ['approval', vector('approval', good.approval, BOT)],
    ['approval-with-code', vector('approval', good.codedApproval, BOT)],
    ['report-order', vector('report', good.report, DEVICE)],
    ['report-order-sold', vector('report', good.sold, DEVICE)],
    ['report-order-on-paper', vector('report', { ...good.report, money: 'paper' }, DEVICE)],
    ['command-why', vector('command', good.askWhy, BOT)],
    ['report-why', vector('report', good.why, DEVICE)],
    ['approval-less', vector('approval', good.less, BOT)],
    ['report-approval', vector('report', good.approvalNeeded, DEVICE)],
    ['report-approval-mapped', vector('report', good.mappedApproval, DEVICE)],
    ['report-approval-again', vector('report', good.askedAgain, DEVICE)],
    ['report-approval-with-code', vector('report', good.codeNeeded, DEVICE)],
    ['report-alert', vector('report', good.alerted, DEVICE)],
    ['report-summary', vector('report', good.summarized, DEVICE)],
    ['report-price-alert', vector('report', good.priceThere, DEVICE)],
    ['report-balance', vector('report', good.balance, DEVICE)],
    ['report-profit', vector('report', good.profit, DEVICE)],
    ['report-sale', vector('report', good.sale, DEVICE)],
    ['report-close', vector('report', good.whatACloseSells, DEVICE)],
    ['presence', vector('presence', good.presence, ENGINE)],
    ['presence-of-a-device', vector('presence', good.devicePresence, DEVICE)],
    ['presence-at-a-provider', vector('presence', good.presenceAtProvider, DEVICE)],
    ['access', vector('access', good.access, AUTHORITY)],
    ['signal-of-a-provider', vector('signal', provider.ofProvider, PROVIDER)],
    ['request-catalogue', vector('request', provider.catalogueRequest, SUBSCRIBER)],
    ['request-replay', vector('request', provider.replayRequest, SUBSCRIBER)],
    ['request-access', vector('request', provider.accessRequest, SUBSCRIBER)],
    ['response-catalogue', vector('response', provider.catalogue, PROVIDER)],
    ['response-catalogue-of-64-streams', vector('response', provider.fullCatalogue, PROVIDER)],
    ['response-replay', vector('response', provider.replay, PROVIDER)],
    ['response-access', vector('response', provider.accessResponse, PROVIDER)],
    ['response-refused', vector('response', provider.refusal, PROVIDER)],
    ['request-strategies', vector('request', strategies.listRequest, BOT)],
    ['request-strategy', vector('request', strategies.oneRequest, BOT)],
    ['request-strategy-try', vector('request', strategies.tryRequest, BOT)],
    ['request-strategy-try-of-5600-bytes', vector('request', strategies.longTryRequest, BOT)],
    ['request-strategy-tune', vector('request', strategies.tuneRequest, BOT)],
    ['request-strategy-drop', vector('request', strategies.dropRequest, BOT)],
    ['response-strategies', vector('response', strategies.list, ENGINE)],
    ['response-strategy', vector('response', strategies.one, ENGINE)],
    ['response-strategy-tried', vector('response', strategies.triedOnAYear, ENGINE)],
    [
      'response-strategy-tried-without-candles',
      vector('response', strategies.triedWithoutCandles, ENGINE),
    ],
    ['response-strategy-mistakes', vector('response', strategies.mistakes, ENGINE)],
    ['response-strategy-dropped', vector('response', strategies.dropped, ENGINE)],
    ['intent-entry', vector('intent', provider.entryIntent, PROGRAM)],
    ['intent-entry-with-exits', vector('intent', provider.fullIntent, PROGRAM)],
    ['intent-exit', vector('intent', provider.exitIntent, PROGRAM)],
    ['result-accepted', vector('result', provider.intentAccepted, PROVIDER)],
    ['result-refused', vector('result', provider.intentRefused, PROVIDER)],
    ['answer-accepted', vector('answer', provider.accepted, PROVIDER)],
    ['answer-refused', vector('answer', provider.declined, PROVIDER)],
  ])
}

function vector<Name extends Kind>(
  kind: Name,
  claims: Parameters<typeof sign<Name>>[1],
  signer: VectorKey,
): object {
  return {
    kinds: [kind],
    audience: claims.aud,
    topic: KINDS[kind].topic?.(claims) ?? null,
    now: good.NOW,
    token: sign(kind, claims, signer.key),
    claims,
  }
}

if (import.meta.main) {
  const folder = import.meta.dirname
  for (const name of FOLDERS) {
    rmSync(join(folder, name), { recursive: true, force: true })
    mkdirSync(join(folder, name))
  }
  for (const [path, text] of vectorFiles()) writeFileSync(join(folder, path), text)
}
