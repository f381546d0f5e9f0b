/** Specs that say wrongly where a store of others is, or who asks it. */
import type { Refused } from './refused.ts';

export const refusedStores: readonly Refused[] = [
  [
    'a database both managed and external',
    { database: { managed: {}, external: { host: 'db', credentialsSecret: { name: 'db' } } } },
    /database\.managed and spec\.database\.external exclude/,
  ],
  [
    'an external database without an account',
    { database: { external: { host: 'db' } } },
    /external\.credentialsSecret/,
    /Required/,
  ],
  [
    'a database host with its port',
    { database: { external: { host: 'db:3306', credentialsSecret: { name: 'db' } } } },
    /external\.host/,
    /the port goes to port/,
  ],
  ...['dead:beef:', '::1::', '1:2:3:4:5:6:7', ':', 'a:b.c', '::ffff:', '::ffff:10.0.0.256', 'db..example'].map(
    (host): Refused => [
      `a database host at no address: ${host}`,
      { database: { external: { host, credentialsSecret: { name: 'db' } } } },
      /external\.host must be a host name or an address alone/,
    ],
  ),
  [
    'an unknown TLS mode',
    { database: { external: { host: 'db', credentialsSecret: { name: 'db' }, tls: { mode: 'Required' } } } },
    /tls\.mode/,
    /"VerifyCA", "VerifyFull"/,
  ],
  [
    'a Redis URL with a password',
    { cache: { external: { url: 'redis://:pw@r:6379' } } },
    /cache\.external\.url/,
    /credentialsSecret/,
  ],
  ['a Redis at a port that there is not', { cache: { external: { url: 'redis://r:0' } } }, /cache\.external\.url/],
  ['a Redis at no IPv6 address', { cache: { external: { url: 'redis://[::1::]:6379' } } }, /cache\.external\.url/],
  ['a Redis at no mapped address', { cache: { external: { url: 'redis://[::ffff:]' } } }, /cache\.external\.url/],
  ['a Redis at a name with a hole', { cache: { external: { url: 'redis://r..example' } } }, /cache\.external\.url/],
  ['TLS for redis://', { cache: { external: { url: 'redis://r:6379', tls: {} } } }, /cache\.external\.tls/, /rediss:/],
  ['a cache both external and disabled', { cache: { external: { url: 'redis://r' }, disabled: {} } }, /exclude each/],
  ['no broker to begin with', { events: { external: { bootstrapServers: [] } } }, /at least one broker/],
  ['a broker without its port', { events: { external: { bootstrapServers: ['kafka'] } } }, /kafka\.example:9092/],
  ['a broker at a port that there is not', { events: { external: { bootstrapServers: ['kafka:65536'] } } }, /65535/],
  ['a broker at no mapped address', { events: { external: { bootstrapServers: ['[::ffff:1::]:9092'] } } }, /IPv6/],
  ['a broker at a name with a hole', { events: { external: { bootstrapServers: ['k..example:9092'] } } }, /a host/],
  ['a broker at no IPv6 address', { events: { external: { bootstrapServers: ['[1.2.3.4]:9092'] } } }, /IPv6/],
  [
    'SASL without an account',
    { events: { external: { bootstrapServers: ['k:9092'], sasl: { mechanism: 'PLAIN' } } } },
    /sasl\.credentialsSecret/,
  ],
];
