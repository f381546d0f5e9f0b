/** Where a request comes from, through the proxies that are trusted to say so. */
import { BlockList, isIP, SocketAddress } from 'node:net';

export class ClientAddresses {
  readonly #trusted = new BlockList();

  /** @param trusted networks of proxies in CIDR form, or addresses */
  constructor(trusted: readonly string[]) {
    for (const network of trusted) {
      const [address = '', prefix] = network.split('/');
      const family = familyOf(address);
      this.#trusted.addSubnet(address, Number(prefix ?? (family === 'ipv4' ? 32 : 128)), family);
    }
  }

  /**
   * The nearest hop that is no trusted proxy: each trusted one has added, on the right, whom it was asked by. What stands left
   * of an untrusted hop was written by that hop, and may be anything.
   * @param peer the address at the other end of the connection
   * @param forwarded the `X-Forwarded-For` header
   */
  of(peer: string | undefined, forwarded: string | string[] | undefined): string {
    let client = canonical(peer ?? '') ?? '';
    const hops = forwarded === undefined ? [] : [forwarded].flat().join().split(',');
    for (const hop of hops.toReversed()) {
      if (!this.#isTrusted(client)) break;
      const address = canonical(withoutPort(hop.trim()));
      // A proxy that hides its client speaks for it.
      if (address === undefined) break;
      client = address;
    }
    return client;
  }

  #isTrusted(address: string): boolean {
    return address !== '' && this.#trusted.check(address, familyOf(address));
  }
}

/** An IPv4 address as it is, an IPv6 one as its network of 64 bits, for a client has all addresses of that. */
export function networkOf(address: string): string {
  if (familyOf(address) === 'ipv4') return address;
  const [head = '', tail = ''] = address.split('::');
  const [left, right] = [head.split(':'), tail.split(':')].map((groups) => groups.filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - (left?.length ?? 0) - (right?.length ?? 0) }, () => '0');
  return [...(left ?? []), ...zeros, ...(right ?? [])].slice(0, 4).join(':') + '::/64';
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** One way to write each address; IPv4 within IPv6 as IPv4. Undefined: no address. */
function canonical(text: string): string | undefined {
  const address = text.replace(/%.*$/, '');
  const version = isIP(address);
  if (version !== 6) return version === 4 ? address : undefined;
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(/^::ffff:(?=\d+\.)/, '');
}

function withoutPort(hop: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}
