/** Members of unions that any MemoApp can be switched to, and back. */
export const switches: readonly (readonly [what: string, spec: object])[] = [
  ['autoscaling', { api: { autoscaling: { maxReplicas: 4 } } }],
  ['a fixed number', { api: { replicas: 3 } }],
  ['no cache', { cache: { disabled: {} } }],
  ['a managed cache', { cache: { managed: {} } }],
  ['no events', { events: { disabled: {} } }],
  ['managed events', { events: { managed: {} } }],
  ['a managed database', { database: { managed: {} } }],
  [
    'settings of MariaDB',
    {
      database: {
        managed: {
          settings: {
            innodb_buffer_pool_size: '512M',
            max_connections: 80,
            sql_mode: 'STRICT_ALL_TABLES,NO_ZERO_DATE',
            optimizer_switch: 'index_merge=on,mrr=off',
            log_bin_trust_function_creators: 'ON',
          },
        },
      },
    },
  ],
  [
    'an external database',
    {
      database: {
        external: { host: 'db.example', credentialsSecret: { name: 'db' }, tls: { caSecret: { name: 'ca' } } },
      },
    },
  ],
  ...['fd00::7', '::', '::FFFF:10.0.0.7', '0:0:0:0:0:ffff:a00:7', '10.0.0.7', 'DB-1.example'].map(
    (host) =>
      [
        `an external database at ${host}`,
        { database: { external: { host, credentialsSecret: { name: 'db' } } } },
      ] as const,
  ),
  ['an external cache', { cache: { external: { url: 'rediss://[fd00::7]:6380/1', tls: {} } } }],
  ['an external cache at a mapped address', { cache: { external: { url: 'redis://[::ffff:10.0.0.7]:6379' } } }],
  ['external events', { events: { external: { bootstrapServers: ['[::1]:9093', 'kafka.example:9093'], tls: {} } } }],
  ['a Gateway', { route: { hostnames: ['memo.example'], gateway: { parentRefs: [{ name: 'public' }] } } }],
  [
    'pods with names of others',
    {
      commonLabels: { 'team.example.org/Name_1': 'club' },
      api: {
        pod: {
          labels: { 'x-1.example/a': '', team: 'club' },
          annotations: { 'Linkerd.IO/inject': 'enabled', 'a.b': 'any text\n' },
          nodeSelector: { 'kubernetes.io/hostname': 'node-1', 'node-role.kubernetes.io/worker': '' },
        },
      },
    },
  ],
  ['a stopped app', { state: 'Stopped' }],
  ['a route', { route: { hostnames: ['memo.example'], ingress: {} } }],
  [
    'affinity',
    {
      events: {
        managed: {
          pod: {
            affinity: {
              nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  { weight: 1, preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] } },
                ],
              },
              podAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { topologyKey: 'zone', labelSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
                ],
              },
            },
          },
        },
      },
    },
  ],
  [
    'tokens of a published key',
    { api: { auth: { jwt: { issuer: 'i', audience: 'a', jwks: { url: 'http://[::1]:8080/keys?a=b' } } } } },
  ],
  [
    'tokens of a shared key',
    { api: { auth: { jwt: { issuer: 'i', audience: 'a', secret: { name: 'tokens', key: 'k' } } } } },
  ],
  [
    'limits and proxies',
    {
      api: {
        rateLimits: { read: { requests: 1_000_000, per: '24h' }, write: { requests: 1, per: '1s' } },
        trustedProxies: ['10.244.0.0/16', 'fd00::/8', '0.0.0.0/0'],
      },
    },
  ],
];
