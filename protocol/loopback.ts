// Which hosts are this machine: what is sent there is heard by nobody on a network.

const IPV4 = /^127(?:\.\d{1,3}){3}$/

/** A name or an IP address, IPv6 with brackets or without. No other name: a resolver may ask the network for it. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || IPV4.test(bare)
}
