/** The results as tables of Markdown. */
import type { Measured } from './load.ts';

/** Of bare's, turn by turn. */
export interface Ratios {
  /** Of processor time, as `least` and `most`. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Of requests a second, the median. */
  readonly perSecond: number;
}

export interface TrialResult {
  readonly name: string;
  readonly besideBare: Readonly<Record<string, Ratios | undefined>>;
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
    '| | requests/s | of bare | p50 ms | p99 ms | processor time a request, µs | of bare: median (least to most) |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...trials.flatMap(rows),
  ].join('\n');
}

function rows({ besideBare, contenders, name }: TrialResult): string[] {
  return Object.entries(contenders).map(([contender, each]) => {
    const ratios = besideBare[contender];
    const cells = [
      `${name}: ${contender}`,
      each.perSecond.toFixed(0),
      ratios?.perSecond.toFixed(2) ?? '',
      each.p50Ms.toFixed(1),
      each.p99Ms.toFixed(1),
      each.cpuMicros.toFixed(1),
      ratios ? `${ratios.median.toFixed(2)} (${ratios.least.toFixed(2)} to ${ratios.most.toFixed(2)})` : '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
}
