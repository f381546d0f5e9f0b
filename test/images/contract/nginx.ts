import { expect } from 'chai';
import { runToEnd } from '../running/container.ts';
import type { Container } from '../running/container.ts';
import type { Bench, Contract } from './contract.ts';
import { answers, declares, endsOnTerm, runsAnyCommand } from './contract.ts';

const user = 101;

/** A configuration of the caller's that writes to /tmp alone. */
const CONFIG = `pid /tmp/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 8000;
    location / {
      return 200 'hello';
    }
  }
}
`;

async function server(bench: Bench): Promise<Container> {
  const files = { '/etc/nginx/nginx.conf': CONFIG };
  const container = await bench.shared('server', () => ({ user, scratch: ['/tmp'], files }));
  await answers(container, get, 'hello');
  return container;
}

/** With what the image has: bash opens connections. */
const get = ['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/8000; printf 'GET /page HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`];

export const nginx: Contract = {
  reference: 'nginx:1.26',
  points: [
    declares('port 80, no volume, started as root unless told otherwise', {
      user: '',
      ports: ['80/tcp'],
      volumes: [],
    }),
    {
      says: 'user and group `nginx` are 101:101',
      async check({ image }) {
        const { output } = await runToEnd(image, { user, args: ['sh', '-c', 'id -u nginx; id -g nginx'] });
        expect(output).to.equal('101\n101\n');
      },
    },
    {
      says: "serves with a read-only root, as 101 and with an `nginx.conf` of the caller's that keeps its files in `/tmp`",
      async check(bench) {
        await server(bench);
      },
    },
    {
      says: 'its logs in `/var/log/nginx` are links to its output',
      async check({ image }) {
        const asked = ['sh', '-c', 'readlink /var/log/nginx/access.log /var/log/nginx/error.log'];
        expect((await runToEnd(image, { user, args: asked })).output).to.equal('/dev/stdout\n/dev/stderr\n');
      },
    },
    runsAnyCommand({ user }),
    {
      says: 'SIGQUIT is declared as what ends it in order, SIGTERM ends it with 0 within 10 s',
      async check(bench) {
        expect(bench.image.config.StopSignal).to.equal('SIGQUIT');
        await endsOnTerm(await server(bench), 0, 10);
      },
    },
  ],
  notKept: [
    'a site of its own, and templates in `/etc/nginx/templates` or scripts in `/docker-entrypoint.d`',
    'modules that are loaded at run time (njs, XSLT, images, GeoIP)',
  ],
};
