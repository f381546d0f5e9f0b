/** docs/configuration.md as text, made from the list of variables. */
import type { Variable } from './read.ts';

const HEAD = `# Configuration of the memo service

<!-- Made by scripts/generate-configuration.ts from service/src/config.ts: edit that, then run \`make generate\`. -->

Everything is set by environment variables; \`DATABASE_URL\` is the only one that \`serve\` cannot do without. A faulty value ends the
process with exit code 2 and one line a fault on standard error: the variable, what is wrong, what to write. \`serve\` also refuses
settings of a store that it is not given, as \`KAFKA_TOPIC\` without \`KAFKA_BOOTSTRAP_SERVERS\`: they would be ignored.

\`\`\`sh
DATABASE_URL=mysql://memo:secret@127.0.0.1:3306/memo_app node service/src/main.ts migrate
DATABASE_URL=mysql://memo:secret@127.0.0.1:3306/memo_app node service/src/main.ts serve
\`\`\`

| variable | value | default | meaning |
|---|---|---|---|
`;

const FILES = `
A variable marked with * may also be given as a file: \`DATABASE_URL_FILE=/run/secrets/database-url\` reads its value from there, without
the white space around it. Setting both is a fault. Durations are written as Go and Kubernetes write them: \`500ms\`, \`300s\`, \`1h30m\`.
An empty value counts as absent, and so does an empty file; only that of \`AUTH_JWT_SECRET_FILE\` is a fault, for the API would be open.

| exit code | meaning |
|---|---|
| 0 | stopped in good order, or done |
| 1 | failed: the last log line says why |
| 2 | the configuration is faulty |
| 3 | \`migrate\`: the database was migrated by a newer release; nothing was changed |
| 143, 130 | \`migrate\`, \`topic\`: ended by SIGTERM or SIGINT before it was done; run it again |
`;

/** @param variables by name, in the order in which they are shown */
export function configurationPage(variables: Readonly<Record<string, Variable<unknown>>>): string {
  return HEAD + Object.entries(variables).map(row).join('') + FILES;
}

function row([name, { about, expects, fallback, file }]: [string, Variable<unknown>]): string {
  const cells = [
    `\`${name}\`${file === true ? ' *' : ''}`,
    expects,
    fallback === undefined ? '' : `\`${fallback}\``,
    about,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}
