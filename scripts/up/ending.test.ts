import { expect } from 'chai';
import type { MemoApp } from '../../operator/src/api/memoapp.ts';
import { run } from '../../test/cluster/host/command.ts';
import { Kubectl } from '../stack/kubectl.ts';
import { endingLines, forwarded } from './ending.ts';

const memoApp: MemoApp = {
  apiVersion: 'memo.sogangcomputerclub.org/v1alpha1',
  kind: 'MemoApp',
  metadata: { name: 'memo', namespace: 'sgcc-memo' },
  spec: {},
};
const kubectl = new Kubectl({ kubectl: 'kubectl', context: 'kind-mine' });

/** The words that a shell hands to the programs of the lines to try; one that is strict about patterns, as zsh is. */
async function pasted(lines: readonly string[]): Promise<string[][]> {
  const commands = lines.slice(lines.indexOf('Try:') + 1);
  const shell = `say() { printf '%s\\n' "$@"; echo; }; curl() { say curl "$@"; }; kubectl() { say kubectl "$@"; }`;
  const text = await run('bash', ['-O', 'failglob', '-euc', [shell, ...commands].join('\n')]);
  return text
    .trim()
    .split('\n\n')
    .map((words) => words.split('\n'));
}

describe('the last words of make up', () => {
  it('name the address, and what to send with it to come in by the Ingress', async () => {
    const lines = endingLines(
      memoApp,
      { kind: 'ingress', base: 'http://127.0.0.1:8080', host: 'memo.example' },
      kubectl,
    );
    expect(lines[0]).to.include('http://127.0.0.1:8080').and.include('memo.example');
    for (const request of (await pasted(lines)).filter(([program]) => program === 'curl')) {
      expect(request).to.include('Host: memo.example');
    }
  });

  it('are commands that can be pasted as they stand: one memo that is then found, and the pods', async () => {
    const base = 'http://10.0.0.9';
    const [create = [], search = [], get] = await pasted(
      endingLines(memoApp, { kind: 'ingress', base, host: 'memo.example' }, kubectl),
    );
    expect(create.at(-1)).to.equal(`${base}/v1/memos/`);
    expect(create).to.include('Content-Type: application/json');
    const memo = JSON.parse(create[create.indexOf('-d') + 1] ?? '') as { title: string; content: string };
    const found = new URL(search.at(-1) ?? '');
    expect(found.pathname).to.equal('/v1/memos/search/');
    expect(memo.content).to.include(found.searchParams.get('q'));
    expect(get).to.deep.equal(['kubectl', '--context', 'kind-mine', '-n', 'sgcc-memo', 'get', 'memoapp,pods']);
  });

  it('where nothing leads in from outside, name the port to forward to the API and go there', async () => {
    const lines = endingLines(memoApp, forwarded(memoApp, kubectl), kubectl);
    expect(lines[0]).to.include('kubectl --context kind-mine -n sgcc-memo port-forward service/memo-api 8000:8000');
    for (const request of (await pasted(lines)).filter(([program]) => program === 'curl')) {
      expect(request.at(-1)).to.match(/^http:\/\/127\.0\.0\.1:8000\//);
      expect(request.join(' ')).not.to.include('Host:');
    }
  });
});
