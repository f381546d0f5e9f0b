/** The service that this one replaces, as far as its table goes: its model of SQLAlchemy over aiomysql. */
import { join } from 'node:path';
import { run } from '../../cluster/host/command.ts';
import { consoleLog } from '../../cluster/host/progress.ts';
import { ensurePython } from '../../images/making/python.ts';

/** A row as it reads it: what stood in `tags` as it was, times without a zone, e.g. `2024-01-01T09:30:00`. */
export interface OriginalMemo {
  readonly id: number;
  readonly title: string;
  readonly content: string;
  readonly tags: unknown;
  readonly priority: number | null;
  readonly category: string | null;
  readonly is_archived: boolean | null;
  readonly is_favorite: boolean | null;
  readonly author: string | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
}

export interface Original {
  /** Makes the table with so many memos. */
  create(count: number): Promise<void>;
  /** All, by id. */
  read(): Promise<OriginalMemo[]>;
  write(title: string): Promise<OriginalMemo>;
}

/** @param url as the original's environment has it, `mysql+aiomysql://...` */
export async function original(url: string): Promise<Original> {
  const python = await ensurePython('original', join(import.meta.dirname, 'requirements.txt'), consoleLog());
  const ask = async (...args: readonly string[]): Promise<OriginalMemo[]> => {
    const env = { ...process.env, DATABASE_URL: url, PYTHONDONTWRITEBYTECODE: '1' };
    const output = await run(python, [join(import.meta.dirname, 'original.py'), ...args], { env });
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as OriginalMemo);
  };
  return {
    create: async (count) => {
      await ask('create', String(count));
    },
    read: () => ask('read'),
    write: async (title) => {
      const [written] = await ask('write', title);
      if (written === undefined) throw new Error('the original printed no memo');
      return written;
    },
  };
}
