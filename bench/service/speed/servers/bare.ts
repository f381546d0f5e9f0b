/** What nothing can beat: `node:http` that reads the same two keys of Redis, or makes a plain INSERT. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import process from 'node:process';
import { Redis } from 'ioredis';
import { createPool } from 'mariadb';

const redis = new Redis(process.env['REDIS_URL'] ?? '', { enableAutoPipelining: true });
const pool = createPool(`${process.env['DATABASE_URL'] ?? ''}?connectionLimit=15`);

createServer((request, response) => {
  const answer = request.method === 'POST' ? create(request) : read((request.url ?? '').slice('/v1/memos/'.length));
  answer.then(
    ([status, body]) => {
      response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
      response.end(body);
    },
    (error: unknown) => {
      response.writeHead(500).end(String(error));
    },
  );
}).listen(Number(process.env['PORT']), '127.0.0.1');

async function read(id: string): Promise<[number, Buffer]> {
  const [body] = await redis.mgetBuffer(`memo:${id}`, `memo-state:${id}`);
  return body ? [200, body] : [404, Buffer.from('{"detail":"Memo not found"}')];
}

async function create(request: IncomingMessage): Promise<[number, Buffer]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const memo = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
  const values = [memo['title'], memo['content'], JSON.stringify(memo['tags']), memo['priority'], memo['category']];
  const { insertId } = await pool.query<{ insertId: bigint }>(
    'INSERT INTO plain_memos (title, content, tags, priority, category) VALUES (?, ?, ?, ?, ?)',
    values,
  );
  return [201, Buffer.from(JSON.stringify({ id: Number(insertId), ...memo }))];
}
