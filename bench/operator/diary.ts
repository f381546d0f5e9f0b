/**
 * An admin's diary: ten changes to one live MemoApp on a real cluster, made with kubectl as an admin makes them; what was typed,
 * what the status said, how long it took, and what those who used the app noticed. `node bench/operator/diary.ts --out
 * docs/diary.md` writes the page anew in about ten minutes; `--only NAME`, any number of times, plays some of the changes.
 * `--records FILE` keeps what was seen, and `--from FILE` makes the page of it without a cluster.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { consoleLog } from '../../test/cluster/host/progress.ts';
import { until } from '../../test/until.ts';
import { openClient } from '../../test/e2e/harness/client.ts';
import { Desk } from './diary/desk.ts';
import { entries } from './diary/entries.ts';
import { install } from './diary/install.ts';
import { diaryPage } from './diary/page.ts';
import { openPlace, type Place } from './diary/place.ts';
import type { DiaryRecord, EntryRecord } from './diary/record.ts';
import { Trickle } from './diary/trickle.ts';
import type { Watch } from './diary/watch.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    records: { type: 'string' },
    from: { type: 'string' },
  },
});
const log = consoleLog();
const unknown = values.only.filter((name) => !entries.some((entry) => entry.name === name));
if (unknown.length > 0) {
  throw new Error(`--only takes ${entries.map(({ name }) => name).join(', ')}; not ${unknown.join(', ')}`);
}

const record =
  values.from === undefined ? await live() : (JSON.parse(readFileSync(values.from, 'utf8')) as DiaryRecord);
const page = diaryPage(record);
if (values.out === undefined) process.stdout.write(page);
else writeFileSync(values.out, page);

/** The day, on a cluster of its own. */
async function live(): Promise<DiaryRecord> {
  const begun = new Date().toISOString();
  const place = await openPlace(log);
  try {
    log('the operator, and the MemoApp');
    const { entry, watch } = await install(place);
    const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
    const day = { begun, machine, install: entry, entries: [] as EntryRecord[] };
    for await (const played of play(place, watch)) {
      day.entries.push(played);
      // What is known is not lost with what follows.
      if (values.records !== undefined) writeFileSync(values.records, `${JSON.stringify(day, null, 2)}\n`);
    }
    return day;
  } finally {
    await place.close();
  }
}

async function* play({ cluster, kubectl, shell }: Place, watch: Watch): AsyncGenerator<EntryRecord> {
  const { host = '127.0.0.1', port = 0 } = cluster.ingress ?? {};
  const client = openClient(`http://${host}:${port}`, 'memo.example', 4);
  const hint = 'RouteReady was True';
  const first = await until('the Ingress leads to the API', async () => await client.create('첫 기록', '그날의 기록'), {
    seconds: 30,
    hint,
    everyMilliseconds: 500,
  });
  const trickle = new Trickle(client);
  const desk = new Desk({ kubectl, shell, watch, client, trickle });
  try {
    for (const entry of entries) {
      if (values.only.length > 0 && !values.only.includes(entry.name)) continue;
      log(entry.title);
      await entry.play(desk, first);
      const { lesson, name, occasion, title } = entry;
      yield { name, title, occasion, lesson, ...desk.take() };
    }
  } finally {
    await trickle.stop();
    await client.close();
    watch.stop();
  }
}
