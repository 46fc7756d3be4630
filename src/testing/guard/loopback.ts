import { BlockList, isIP } from 'node:net';

const addresses = new BlockList();
addresses.addSubnet('127.0.0.0', 8, 'ipv4');
addresses.addAddress('::1', 'ipv6');

/**
 * Whether a host is this machine: `localhost`, 127.0.0.0/8 or ::1.
 *
 * @param host - Name or address in a request; names are not resolved.
 */
export function isLoopback(host: string): boolean {
  const name = bareHost(host);
  const family = isIP(name);
  return family === 0 ? name === 'localhost' : addresses.check(name, family === 4 ? 'ipv4' : 'ipv6');
}

/** Gives a host in lower case, an IPv6 address without its brackets. */
export function bareHost(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}
