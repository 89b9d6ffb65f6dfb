// What commands do with the record: invitations with their refusals, renewals, and the two lists that follow.
import { deriveInvitation, hashText, parseInvitation } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { type ProviderHome, providerHome } from './testing/provider-home.ts'

const DAY = 86_400
const nowOf = ({ clock }: ProviderHome) => clock.now() / 1000
const invited = (home: ProviderHome, more: object = {}) => ({
  client: 'alice',
  plans: ['trend'],
  until: nowOf(home) + 365 * DAY,
  valid: 600,
  replace: false,
  ...more,
})
const accessList = (home: ProviderHome) => JSON.parse(home.read('broker/access.json'))
const refused = (code: string) => expect.objectContaining({ code })

test('the broker learns what the link opens, and not the link', async () => {
  const home = await providerHome()
  const { link, id, expires } = home.provider().invite(invited(home))
  const read = parseInvitation(link, { now: nowOf(home), plaintext: false })
  if (!read.ok) throw new Error(read.message)
  expect(read.invitation).toMatchObject({ provider: 'acme', root: home.made.root, id })
  const { connect, enroll } = deriveInvitation(link)
  expect(accessList(home).invitations).toEqual([
    { id, provider: 'acme', hash: hashText(connect), until: expires + DAY },
  ])
  for (const secret of [connect, enroll, read.invitation.secret])
    expect(home.read('broker/access.json')).not.toContain(secret)
})

test('a second link for one name takes the place of the first', async () => {
  const home = await providerHome()
  const provider = home.provider()
  const first = provider.invite(invited(home))
  const second = provider.invite(invited(home))
  expect(provider.invitation(first.id)?.state).toBe('withdrawn')
  expect(provider.openInvitations().map(({ id }) => id)).toEqual([second.id])
})

test.each([
  ['the name of a program', { client: 'engine' }, 'subscriber_name_reserved'],
  ['the name of a program of the provider', { client: 'program-x' }, 'subscriber_name_reserved'],
  ['the name of who enrols', { client: 'join-me' }, 'subscriber_name_reserved'],
  ['a plan that is not offered', { plans: ['gold'] }, 'plan_unknown'],
  ['no plan', { plans: [] }, 'plan_unknown'],
  ['the device of nobody', { replace: true }, 'subscriber_unknown'],
  ['a time that is over', { until: 1 }, 'subscription_ended'],
])('%s is refused, and nothing is made', async (_, more, code) => {
  const home = await providerHome()
  const provider = home.provider()
  expect(() => provider.invite(invited(home, more))).toThrow(refused(code))
  expect(provider.openInvitations()).toEqual([])
})

test('nobody is renewed or removed that is not there', async () => {
  const provider = (await providerHome()).provider()
  expect(() => provider.renew('alice', 1)).toThrow(refused('subscriber_unknown'))
  expect(() => provider.remove('alice')).toThrow(refused('subscriber_unknown'))
})

test('an invitation is removed by the name that it is for', async () => {
  const home = await providerHome()
  const provider = home.provider()
  const { id } = provider.invite(invited(home))
  provider.remove('alice')
  expect(provider.invitation(id)?.state).toBe('withdrawn')
})

test('two commands at once: the later list has what both did', async () => {
  const home = await providerHome()
  home.provider().invite(invited(home))
  home.provider().invite(invited(home, { client: 'bob' }))
  expect(accessList(home).invitations).toHaveLength(2)
})

test('a client that is no subscriber is shut out with every token that it has', async () => {
  const home = await providerHome()
  const now = nowOf(home)
  home.provider().shutOut('program-x')
  const [{ client, before }] = accessList(home).refused
  expect(client).toBe('program-x')
  expect(before).toBeGreaterThan(now)
})
