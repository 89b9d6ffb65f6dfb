// Groups addresses by network, for connection limits.

const IPV4_MAPPED = /^::ffff:(?=\d+\.)/i

/** An IPv4 address itself; of an IPv6 address its /64 network, all of which belongs to one subscriber. */
export function networkOf(address: string): string {
  return prefixOf(address, 4)
}

/** The same with the /48 network: one subscriber can be given as much, which is 65,536 /64 networks. */
export function siteOf(address: string): string {
  return prefixOf(address, 3)
}

function prefixOf(address: string, length: number): string {
  const plain = address.replace(IPV4_MAPPED, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after]
  return `${groups.slice(0, length).join(':')}::/${16 * length}`
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
