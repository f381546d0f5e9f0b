/** The results as tables of Markdown. */
import type { Measured } from './load.ts';

export interface TrialResult {
  readonly name: string;
  readonly contenders: Readonly<Record<string, Measured>>;
}

export interface SpeedResult {
  readonly memos: number;
  readonly loading: { readonly perSecond: number };
  /** MiB by table, with its indices. */
  readonly tables: Readonly<Record<string, number>>;
  readonly trials: readonly TrialResult[];
}

export function speedTable({ loading, memos, tables, trials }: SpeedResult): string {
  const sizes = Object.entries(tables).filter(([, mib]) => mib >= 1);
  return [
    `${memos} memos, imported at ${loading.perSecond.toFixed(0)} a second; MiB: ` +
      sizes.map(([name, mib]) => `${name} ${mib.toFixed(0)}`).join(', '),
    '',
    '| | requests/s | of bare | p50 ms | p99 ms | processor time a request, µs | of bare |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...trials.flatMap(rows),
  ].join('\n');
}

function rows({ contenders, name }: TrialResult): string[] {
  const { bare } = contenders;
  return Object.entries(contenders).map(([contender, each]) => {
    const cells = [
      `${name}: ${contender}`,
      each.perSecond.toFixed(0),
      ratio(each.perSecond, bare?.perSecond),
      each.p50Ms.toFixed(1),
      each.p99Ms.toFixed(1),
      each.cpuMicros.toFixed(1),
      ratio(each.cpuMicros, bare?.cpuMicros),
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

function ratio(value: number, other: number | undefined): string {
  return other === undefined ? '' : (value / other).toFixed(2);
}
