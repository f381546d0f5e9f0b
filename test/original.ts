/** What the original leaves: its table as SQLAlchemy made it, and a memo as Python wrote it. */
export const originalTable = `CREATE TABLE memos (
  id INTEGER NOT NULL AUTO_INCREMENT, title VARCHAR(100) NOT NULL, content TEXT NOT NULL, tags JSON, priority INTEGER,
  category VARCHAR(50), is_archived BOOL, is_favorite BOOL, author VARCHAR(100), created_at DATETIME DEFAULT now(),
  updated_at DATETIME DEFAULT now(), PRIMARY KEY (id), KEY ix_memos_id (id), KEY ix_memos_title (title)
);`;

export const originalMemo = {
  sql: `INSERT INTO memos (id, title, content, tags, created_at) VALUES
    (41, '회의록', '원본에서 쓴 메모', '["\\\\ud68c\\\\uc758"]', '2024-05-01 09:00:00');`,
  /** A part of its title. */
  found: '의록',
  reply: { id: 41, title: '회의록', tags: ['회의'], priority: 2, created_at: '2024-05-01T09:00:00.000Z' },
} as const;
