/** Express by its own documentation: a JSON parser, a route, `response.json`. */
import process from 'node:process';
import express from 'express';
import { Redis } from 'ioredis';

const redis = new Redis(process.env['REDIS_URL'] ?? '');
const app = express();
app.use(express.json());
app.get('/v1/memos/:id', async (request, response) => {
  const body = await redis.get(`memo:${request.params.id}`);
  if (body === null) response.status(404).json({ detail: 'Memo not found' });
  else response.json(JSON.parse(body));
});
app.listen(Number(process.env['PORT']), '127.0.0.1');
