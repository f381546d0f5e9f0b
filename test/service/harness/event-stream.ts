/** Reads server-sent events as a client does, over a connection of its own. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { until, type Patience } from '../../until.ts';

export interface StreamedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

export interface EventStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Everything that was read so far. */
  readonly events: readonly StreamedEvent[];
  /** Comments and fields that are no events. */
  readonly others: readonly string[];
  /** How it ended: `end` in good order, `cut`, or not at all. */
  ended(): 'end' | 'cut' | undefined;
  waitFor(what: string, enough: (events: readonly StreamedEvent[]) => boolean, patience?: Patience): Promise<void>;
  /** Takes nothing more from the socket. */
  pause(): void;
  close(): void;
}

export async function openEventStream(port: number, headers: Record<string, string> = {}): Promise<EventStream> {
  const call = request({ host: '127.0.0.1', port, path: '/v1/memos/changes', headers });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve).once('error', reject).end();
  });
  const events: StreamedEvent[] = [];
  const others: string[] = [];
  let ended: 'end' | 'cut' | undefined;
  let rest = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.replace(/:.*/, ''), line.replace(/^\w*: ?/, '')]));
      const [id, type, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
      if (id === undefined || type === undefined || data === undefined) others.push(block);
      else events.push({ id, type, data });
    }
  });
  response.once('end', () => (ended = 'end'));
  response.once('error', () => (ended ??= 'cut'));
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    others,
    ended: () => ended,
    waitFor: async (what, enough, patience) => {
      await until(what, () => enough(events), patience);
    },
    pause: () => response.pause(),
    close: () => call.destroy(),
  };
}
