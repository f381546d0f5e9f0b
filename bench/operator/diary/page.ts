/** docs/diary.md, out of what was recorded. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActRecord, DiaryRecord, EntryRecord, PartChange, Said, Tally } from './record.ts';

export function diaryPage({ begun, entries, install, machine }: DiaryRecord): string {
  return [
    head(begun, machine),
    summary(entries),
    before(install),
    ...entries.map((entry, index) => chapter(entry, index + 1)),
  ].join('\n');
}

function head(begun: string, machine: string): string {
  return `# An admin's diary

<!-- Made by bench/operator/diary.ts: edit that, then run \`node bench/operator/diary.ts --out docs/diary.md\`. -->

Ten changes to one live MemoApp, one after the other: what was typed, what the status said, how long it took, and what those
who used the app noticed. All of it is from one run, on ${begun.slice(0, 10)}, of a single-node cluster on a small machine (${machine}), where
images are there already and both cores are shared by all pods: read the times as an order of magnitude.

Seconds count from the command. *Ready* is the condition that \`kubectl get memoapp -w\` shows, one line for each time it changed;
a state counts once it has stood for five seconds. Meanwhile somebody wrote a memo and somebody read the newest one, each about
five times a second, through the Ingress or the Gateway. *Refused* is every call that was not answered as it should be. The files
are in [bench/operator/diary/files](../bench/operator/diary/files); what the words mean is in [conditions.md](conditions.md).
`;
}

function summary(entries: readonly EntryRecord[]): string {
  const rows = entries.map(({ acts, title }, index) => {
    const seconds = acts.map((act) => (act.refusal === undefined ? duration(act.seconds) : 'refused')).join(', ');
    const calls = acts.flatMap(({ reads, writes }) => [reads, writes]);
    const failed = calls.reduce((sum, { missing, refused, wrong }) => sum + refused + missing + wrong, 0);
    const asked = calls.reduce((sum, call) => sum + call.asked, 0);
    const needless = [...new Set(acts.flatMap((act) => act.needless))];
    return `| ${index + 1} | [${title}](#${anchor(title, index + 1)}) | ${seconds} | ${failed} of ${asked} | ${needless.join(', ') || 'none'} |`;
  });
  return `| | change | time, step by step | calls that failed | pods replaced without need |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

function anchor(title: string, number: number): string {
  const words = `${number}. ${title}`.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '');
  return words.replaceAll(' ', '-');
}

function before({ acts }: EntryRecord): string {
  const memoYaml = readFileSync(join(import.meta.dirname, 'files/memo.yaml'), 'utf8').trimEnd();
  return `## Before

The operator, and \`memo.yaml\`:

${fenced('yaml', memoYaml)}
${acts.map((act) => scene(act)).join('\n')}`;
}

function chapter({ acts, lesson, occasion, prepared, title }: EntryRecord, number: number): string {
  const made = prepared.length === 0 ? '' : `\nMade beforehand:\n\n${fenced('sh', prepared.join('\n'))}`;
  return `## ${number}. ${title}

${occasion}
${made}
${acts.map((act) => scene(act)).join('\n')}
${lesson}
`;
}

function scene(act: ActRecord): string {
  const { edit, refusal, said, seconds, shown, typed, until, what } = act;
  return [
    `### ${what}\n`,
    ...(edit === undefined ? [] : [fenced('diff', edit)]),
    fenced('sh', typed.join('\n')),
    ...(refusal === undefined ? [`${capital(until)} after **${duration(seconds)}**.\n`] : [fenced('', refusal)]),
    ...(said.length > 0 ? [table(said)] : []),
    ...(isQuiet(act) ? ['It said nothing new meanwhile.\n'] : []),
    ...facts(act),
    ...shown.map(({ command, output }) => fenced('', `$ ${command}\n${output.trimEnd()}`)),
  ].join('\n');
}

/** `Ready` was True all along. */
function isQuiet({ reads, refusal, said, until }: ActRecord): boolean {
  return refusal === undefined && said.length === 0 && reads.asked > 0 && until.startsWith('`Ready`');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function table(said: readonly Said[]): string {
  const rows = said.map(({ message, ready, reason, seconds, stalled }) => {
    const word = stalled ? `${reason}, and \`Stalled\`` : reason;
    return `| ${duration(seconds)} | ${ready} | ${word} | ${message.replaceAll('|', '\\|')} |`;
  });
  return `| after | Ready | reason | message |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function facts({ apiAwaySeconds, found, needless, pods, reads, warnings, writes }: ActRecord): string[] {
  const lines = [
    ...(apiAwaySeconds > 0 ? [`\`APIAvailable\` was not True for ${duration(apiAwaySeconds)}.`] : []),
    ...(writes.asked > 0 ? [`Writes: ${told(writes)} Reads: ${told(reads)}`] : []),
    ...(pods.length > 0 ? [`Pods: ${pods.map(podWords).join('; ')}.`] : []),
    ...(needless.length > 0 ? [`**Without need**: ${needless.join(', ')}.`] : []),
    ...found,
    ...warnings.map((warning) => `Event: ${warning}`),
  ];
  return lines.length === 0 ? [] : [`${lines.map((line) => `- ${line}`).join('\n')}\n`];
}

function told({ asked, missing, refused, refusedSeconds, slowestSeconds, why, wrong }: Tally): string {
  const slowest = `the slowest took ${duration(slowestSeconds)}`;
  if (refused + missing + wrong === 0) return `all ${asked} answered, ${slowest}.`;
  const parts = [
    ...(refused > 0 ? [`${refused} refused within ${duration(refusedSeconds)} (${why.join(', ')})`] : []),
    ...(missing > 0 ? [`${missing} not found`] : []),
    ...(wrong > 0 ? [`${wrong} answered with another memo`] : []),
  ];
  return `of ${asked}, ${parts.join(', ')}; ${slowest}.`;
}

function podWords({ after, before: had, kept, part }: PartChange): string {
  if (after === 0) return `${part} gone`;
  if (had === 0) return `${part} new (${after})`;
  if (kept === had) return after === had ? `${part} untouched` : `${part} untouched, ${after - had} more`;
  return `${part} ${had - kept} of ${had} replaced`;
}

function duration(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\`\n`;
}
