import { expect } from 'chai';
import fc from 'fast-check';
import { isIP } from 'node:net';
import { ClientAddresses, networkOf } from './client-address.ts';

const addresses = new ClientAddresses(['10.244.0.0/16', 'fd00::/8', '192.0.2.1']);

describe('the address of a client', () => {
  const cases: readonly (readonly [what: string, peer: string, forwarded: string | undefined, client: string])[] = [
    ["is the connection's", '203.0.113.9', undefined, '203.0.113.9'],
    [
      "is the connection's when that is no trusted proxy, whatever it forwards",
      '203.0.113.9',
      '1.2.3.4',
      '203.0.113.9',
    ],
    ['is what a trusted proxy says', '10.244.1.2', '203.0.113.9', '203.0.113.9'],
    ['is the right-most hop that is not trusted', '10.244.1.2', '1.1.1.1, 203.0.113.9, 10.244.7.7', '203.0.113.9'],
    ['is not what stands left of an untrusted hop', '10.244.1.2', '10.244.9.9, 203.0.113.9', '203.0.113.9'],
    ['is the left-most of hops that are all trusted', '10.244.1.2', '10.244.3.3,10.244.4.4', '10.244.3.3'],
    ["is the proxy's own where it says nothing usable", '10.244.1.2', 'unknown', '10.244.1.2'],
    ['is taken without a port', '192.0.2.1', '203.0.113.9:4711', '203.0.113.9'],
    ['is taken without brackets and port', 'fd00::1', '[2001:DB8::0:1]:443', '2001:db8::1'],
    ['is IPv4 when it comes over an IPv6 socket', '::ffff:10.244.1.2', '::ffff:203.0.113.9', '203.0.113.9'],
    ['is trusted by family', '::ffff:203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['is taken without a zone', 'fe80::1%eth0', undefined, 'fe80::1'],
  ];
  for (const [what, peer, forwarded, client] of cases) {
    it(what, () => {
      expect(addresses.of(peer, forwarded)).to.equal(client);
    });
  }

  it('is an address, whatever is forwarded', () => {
    fc.assert(fc.property(fc.string(), (forwarded) => isIP(addresses.of('10.244.1.2', forwarded)) !== 0));
  });
});

describe('the network that a client is counted by', () => {
  it('is the address in IPv4 and the first 64 bits in IPv6', () => {
    expect(networkOf('203.0.113.9')).to.equal('203.0.113.9');
    expect(networkOf('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2::/64');
    expect(networkOf('2001:db8:1:2::1')).to.equal('2001:db8:1:2::/64');
    expect(networkOf('2001:db8::1')).to.equal('2001:db8:0:0::/64');
    expect(networkOf('::1')).to.equal('0:0:0:0::/64');
    expect(networkOf('1::')).to.equal('1:0:0:0::/64');
  });
});
