/** docs/conditions.md as text: every condition, every reason and the truth table, out of the operator's own lists. */
import { conditionMeanings } from '../../operator/src/api/conditions.ts';
import { passesByItself, reasonMeanings, type Reason } from '../../operator/src/api/reasons.ts';
import { states, verdicts, type State } from '../../operator/src/api/states.ts';

const HEAD = `# Conditions and reasons

<!-- Made by scripts/generate-conditions.ts from operator/src/api/conditions.ts, reasons.ts and states.ts: edit those, then run \`make generate\`. -->

\`\`\`sh
kubectl get memoapp NAME -o jsonpath='{range .status.conditions[*]}{.type}={.status} {.reason}: {.message}{"\\n"}{end}'
\`\`\`

## Conditions

| condition | true when |
|---|---|
`;

const REASONS = `
## Reasons

A reason is one of these words and never changes its meaning: scripts and alerts may match on it. The message beside it names the
object and what can be done. Where the last column says no, waiting does not help: somebody has to change something.

| reason | meaning | passes by itself |
|---|---|---|
`;

const STATES = `
## From what is observed to what is said

Each row is made on a real API server, with real controllers, by test/operator/truth/truth.test.ts. \`Ready\` is False and repeats
what the condition says, where nothing else is said. [troubleshooting.md](troubleshooting.md#state-by-state) has the way out of each.

| state | the API server shows | condition, reason | Argo CD | kstatus |
|---|---|---|---|---|
`;

export function conditionsPage(): string {
  const conditions = Object.entries(conditionMeanings).map(([type, meaning]) => `| \`${type}\` | ${meaning} |\n`);
  const reasons = (Object.entries(reasonMeanings) as [Reason, string][]).map(
    ([reason, meaning]) => `| \`${reason}\` | ${meaning} | ${passing(reason)} |\n`,
  );
  const rows = (Object.entries(states) as [string, State][]).map(([name, { course, seen, says }]) => {
    const { argo, kstatus } = verdicts[course];
    return `| ${name} | ${seen} | ${told(says)} | ${argo} | ${kstatus} |\n`;
  });
  return HEAD + conditions.join('') + REASONS + reasons.join('') + STATES + rows.join('');
}

function told(says: State['says']): string {
  if (!says) return 'as before';
  const { condition, reason } = says;
  return `${condition === 'part' ? 'of the part' : `\`${condition}\``}: \`${reason}\``;
}

function passing(reason: Reason): string {
  if (reason === 'Available' || reason === 'NotConfigured' || reason === 'Stopped') return 'as asked';
  return passesByItself(reason) ? 'yes' : 'no';
}
