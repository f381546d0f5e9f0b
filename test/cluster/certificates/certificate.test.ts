import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';

import { expect } from 'chai';

import { createAuthority } from './certificate.ts';

describe('certificates', () => {
  it('are signed by their authority and name the user, the groups and the addresses', () => {
    const authority = createAuthority('test-ca');
    const issued = authority.issue({ commonName: 'admin', organizations: ['system:masters', '메모'] }, [
      'localhost',
      '127.0.0.1',
    ]);
    const root = new X509Certificate(authority.certificate);
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.verify(root.publicKey)).to.equal(true);
    expect(certificate.checkIssued(root)).to.equal(true);
    expect(root.ca).to.equal(true);
    expect(certificate.ca).to.equal(false);
    expect(certificate.subject).to.equal('O=system:masters\nO=메모\nCN=admin');
    expect(certificate.subjectAltName).to.equal('DNS:localhost, IP Address:127.0.0.1');
    expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).to.equal(true);
  });

  it('serve a connection that proves both sides', async () => {
    const authority = createAuthority('test-ca');
    const server = createServer({
      ...tls(authority.issue({ commonName: 'server' }, ['127.0.0.1'])),
      ca: authority.certificate,
      requestCert: true,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const client = connect({
      port,
      host: '127.0.0.1',
      ca: authority.certificate,
      ...tls(authority.issue({ commonName: 'client' })),
    });
    await once(client, 'secureConnect');
    const [peer] = await accepted;
    expect(client.authorized).to.equal(true);
    expect(peer.authorized).to.equal(true);
    expect(peer.getPeerCertificate().subject.CN).to.equal('client');
    client.destroy();
    server.close();
  });

  it('of another authority are refused', () => {
    const stranger = new X509Certificate(createAuthority('test-ca').certificate);
    const certificate = new X509Certificate(createAuthority('test-ca').issue({ commonName: 'x' }).certificate);
    expect(certificate.verify(stranger.publicKey)).to.equal(false);
  });
});

function tls({ certificate, key }: { certificate: string; key: string }): { cert: string; key: string } {
  return { cert: certificate, key };
}
