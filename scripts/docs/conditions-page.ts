/** docs/conditions.md as text: every condition and every reason, out of the operator's own lists. */
import { conditionMeanings } from '../../operator/src/api/conditions.ts';
import { passesByItself, reasonMeanings, type Reason } from '../../operator/src/api/reasons.ts';

const HEAD = `# Conditions and reasons

<!-- Made by scripts/generate-conditions.ts from operator/src/api/conditions.ts and reasons.ts: edit those, then run \`make generate\`. -->

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

export function conditionsPage(): string {
  const conditions = Object.entries(conditionMeanings).map(([type, meaning]) => `| \`${type}\` | ${meaning} |\n`);
  const reasons = (Object.entries(reasonMeanings) as [Reason, string][]).map(
    ([reason, meaning]) => `| \`${reason}\` | ${meaning} | ${passing(reason)} |\n`,
  );
  return HEAD + conditions.join('') + REASONS + reasons.join('');
}

function passing(reason: Reason): string {
  if (reason === 'Available' || reason === 'NotConfigured' || reason === 'Stopped') return 'as asked';
  return passesByItself(reason) ? 'yes' : 'no';
}
