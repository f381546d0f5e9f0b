/** A profile as a flame graph: an SVG in which each call is as wide as the time spent in it and below it. */
import type { CpuProfile } from './profile.ts';

interface Frame {
  readonly name: string;
  readonly place: string;
  /** Microseconds, of its own and of what it calls. */
  micros: number;
  readonly callees: Map<string, Frame>;
}

const WIDTH = 1200;
const ROW = 17;
/** Narrower ones are left out. */
const LEAST = 2;
const CHARACTER = 6.2;
/** Of V8 and Node, of packages, of our own. */
const COLORS = { runtime: '#d8d8d8', package: '#f5c07a', own: '#ef8a62' } as const;

/**
 * @param title what was measured, of which program
 * @returns the text of the SVG
 */
export function flameGraph(title: string, profile: CpuProfile): string {
  const root = treeOf(profile);
  const boxes: string[] = [];
  const deepest = draw(root, 0, 0, WIDTH / root.micros, root.micros, boxes);
  const height = (deepest + 2) * ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10.5">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="12">${escaped(title)}: processor time, callees below their callers</text>`,
    ...boxes,
    '</svg>\n',
  ].join('\n');
}

function treeOf({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const root: Frame = { name: 'all', place: '', micros: 0, callees: new Map() };
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const [at, id] of samples.entries()) {
    const path: { name: string; place: string }[] = [];
    for (let next: number | undefined = id; next !== undefined; next = parents.get(next)) {
      const { functionName = '', url = '' } = byId.get(next)?.callFrame ?? {};
      if (functionName !== '(root)') path.unshift({ name: functionName || '(anonymous)', place: url });
    }
    const micros = timeDeltas[at] ?? 0;
    if (path.at(-1)?.name === '(idle)') continue;
    root.micros += micros;
    let frame = root;
    for (const { name, place } of path) {
      const key = `${name} ${place}`;
      const callee = frame.callees.get(key) ?? { name, place, micros: 0, callees: new Map() };
      frame.callees.set(key, callee);
      callee.micros += micros;
      frame = callee;
    }
  }
  return root;
}

/** @returns the deepest row that was drawn */
function draw(frame: Frame, row: number, left: number, scale: number, whole: number, boxes: string[]): number {
  const width = frame.micros * scale;
  const y = (row + 1) * ROW;
  const label = frame.name.slice(0, Math.max(0, Math.floor((width - 4) / CHARACTER)));
  const share = `${((frame.micros / whole) * 100).toFixed(1)} %`;
  const [x, w] = [left.toFixed(1), Math.max(0.5, width - 0.5).toFixed(1)];
  boxes.push(
    `<g><title>${escaped(`${frame.name} ${shortened(frame.place)} ${share}`)}</title>` +
      `<rect x="${x}" y="${y}" width="${w}" height="${ROW - 1}" fill="${colorOf(frame)}"/>` +
      `${label === '' ? '' : `<text x="${(left + 2).toFixed(1)}" y="${y + 12}">${escaped(label)}</text>`}</g>`,
  );
  let [deepest, from] = [row, left];
  for (const callee of [...frame.callees.values()].toSorted((a, b) => b.micros - a.micros)) {
    if (callee.micros * scale >= LEAST) deepest = Math.max(deepest, draw(callee, row + 1, from, scale, whole, boxes));
    from += callee.micros * scale;
  }
  return deepest;
}

function colorOf({ place }: Frame): string {
  if (place === '' || place.startsWith('node:')) return COLORS.runtime;
  return place.includes('node_modules/') ? COLORS.package : COLORS.own;
}

/** Without the folders of the machine that it was measured on. */
function shortened(place: string): string {
  return place.replace(/^file:.*\/(?:node_modules|(?:service|operator)\/dist)\//, '');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
