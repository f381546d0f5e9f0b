/** The figures of all contestants side by side. */
import type { Result } from '../scale.ts';

const rows: readonly (readonly [string, (result: Result) => string])[] = [
  ['children of one MemoApp, times the raw parallel apply', ({ single }) => single.ratio.toFixed(2)],
  ['the same in ms (raw)', ({ single }) => `${single.operatorMs.toFixed(0)} (${single.rawMs.toFixed(0)})`],
  ['writes for one new MemoApp (children)', ({ single }) => `${single.writesPerApp.toFixed(1)} (${single.children})`],
  ['all MemoApps made, s', ({ fleet }) => fleet.creation.seconds.toFixed(1)],
  ['… processor time of the operator, s', ({ fleet }) => fleet.creation.processorSeconds.toFixed(1)],
  [
    '… writes each, of them status',
    ({ fleet: { creation } }) => `${creation.writesPerApp.toFixed(1)}, ${creation.statusWritesPerApp.toFixed(1)}`,
  ],
  [
    'resident memory, MiB (peak)',
    ({ fleet: { memory } }) => `${memory.afterMiB.toFixed(0)} (${memory.peakMiB.toFixed(0)})`,
  ],
  ['watches, sockets', ({ fleet }) => `${fleet.watches}, ${fleet.sockets}`],
  ['edit to child, ms: median, p99', ({ fleet: { edit } }) => `${edit.p50Ms.toFixed(0)}, ${edit.p99Ms.toFixed(0)}`],
  [
    'writes per edit (of the first that adds a field)',
    ({ fleet: { edit } }) => `${edit.writesPerEdit.toFixed(1)} (${edit.writesPerFirstEdit.toFixed(1)})`,
  ],
  [
    'as many edits in 10 s as MemoApps, ms: median, p99',
    ({ fleet: { burst } }) => `${burst.p50Ms.toFixed(0)}, ${burst.p99Ms.toFixed(0)}`,
  ],
  [
    '… processor time of each, ms: operator, API server',
    ({ fleet: { burst } }) => `${burst.operatorMs.toFixed(1)}, ${burst.serverMs.toFixed(1)}`,
  ],
  [
    'lost child back, ms (writes)',
    ({ fleet: { lostChild } }) => `${lostChild.p50Ms.toFixed(0)} (${lostChild.writesPerChild.toFixed(1)})`,
  ],
  [
    'in charge after a restart, s (writes)',
    ({ fleet: { restart } }) => `${restart.inChargeSeconds.toFixed(1)} (${restart.writes})`,
  ],
  [
    'edit after a restart of the API server, s (restarts of the operator; API server away, s)',
    ({ fleet: { apiServerRestart } }) =>
      `${apiServerRestart.editSeconds.toFixed(1)} (${apiServerRestart.processRestarts}; ${apiServerRestart.awaySeconds.toFixed(1)})`,
  ],
  [
    'writes in the idle minutes',
    ({ endurance }) => (endurance === undefined ? '' : `${endurance.idle.writes} in ${endurance.idle.minutes}`),
  ],
  ['… processor share', ({ endurance }) => (endurance === undefined ? '' : endurance.idle.processorShare.toFixed(3))],
  [
    'memory with 10,000 foreign Secrets, MiB (before)',
    ({ endurance }) =>
      endurance === undefined
        ? ''
        : `${endurance.foreignSecrets.afterMiB.toFixed(0)} (${endurance.foreignSecrets.beforeMiB.toFixed(0)})`,
  ],
  [
    'standby in charge after SIGTERM, SIGKILL, s',
    ({ endurance }) =>
      endurance === undefined
        ? ''
        : `${endurance.standby.afterStopSeconds.toFixed(1)}, ${endurance.standby.afterKillSeconds.toFixed(1)}`,
  ],
];

/** A Markdown table, a column for each contestant. */
export function table(results: Readonly<Record<string, Result>>): string {
  const names = Object.keys(results);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['writes are those accepted, but for Leases and Events', ...names]),
    line(['---', ...names.map(() => '---')]),
    ...rows.map(([title, cell]) => line([title, ...Object.values(results).map(cell)])),
  ].join('\n');
}
