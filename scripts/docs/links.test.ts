/** Every link of a page leads to a file of the tree, and to a heading of it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const pages = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules', '**/dist'] });

/** What stands between fences is no heading and no link. */
function prose(path: string): string {
  return readFileSync(path, 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');
}

/** The anchors that GitHub makes of the headings of a page. */
function anchors(path: string): string[] {
  return [...prose(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Why a link leads nowhere. Undefined: it leads somewhere, or out of the tree. */
function fault(page: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(file)) return `${link}: there is no ${path}`;
  if (anchor === undefined || anchors(file).includes(anchor)) return undefined;
  return `${link}: ${path} has no heading of that name`;
}

describe('the links of the pages', () => {
  for (const page of pages) {
    it(`lead somewhere in ${page}`, () => {
      const links = [...prose(join(root, page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
      expect(links.flatMap((link) => fault(page, link) ?? [])).to.deep.equal([]);
    });
  }

  it('are looked at in all of them', () => {
    expect(pages).to.include.members(['README.md', 'docs/install.md', 'test/cluster/README.md']);
  });

  it('lead from docs/adr/README.md to every decision', () => {
    const list = readFileSync(join(root, 'docs/adr/README.md'), 'utf8');
    const decisions = pages.filter((page) => /^docs\/adr\/\d/.test(page)).map((page) => basename(page));
    expect(decisions.filter((name) => !list.includes(`](${name})`))).to.deep.equal([]);
  });
});
