/** The generated pages and templates are those that the sources of today make. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { states, type State } from '../../operator/src/api/states.ts';
import { chartTemplates } from '../chart/templates.ts';
import { conditionsPage } from './conditions-page.ts';
import { optionsPage } from './options-page.ts';
import { memoAppSchema } from './schema.ts';
import { specPage } from './spec-page.ts';

const root = join(import.meta.dirname, '../..');
const current = 'run `make generate`';

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The words of every rule, wherever it stands. */
function messagesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) =>
    name === 'message' && typeof value === 'string' ? [value] : messagesIn(value),
  );
}

describe('what is generated', () => {
  it('docs/spec.md is current, and has every field and every refusal', () => {
    const page = read('docs/spec.md');
    expect(page === specPage(memoAppSchema()), current).to.equal(true);
    expect(page).to.contain('| `deletionPolicy` | Retain, Delete | `"Retain"` |');
    expect(page).to.contain('## spec.events.managed.zooKeeper.storage\n');
    const refusals = messagesIn(memoAppSchema().properties);
    expect(refusals.length).to.be.greaterThan(50);
    for (const message of refusals) expect(page).to.contain(`\n- ${message.replaceAll(/\s+/g, ' ')}\n`);
  });

  it('docs/conditions.md is current', () => {
    expect(read('docs/conditions.md') === conditionsPage(), current).to.equal(true);
  });

  it('docs/operator-options.md is current', () => {
    expect(read('docs/operator-options.md') === optionsPage(), current).to.equal(true);
  });

  it('docs/troubleshooting.md has the way out of every state', () => {
    const page = read('docs/troubleshooting.md');
    for (const [name, { says }] of Object.entries<State>(states)) {
      expect(page).to.contain(`\n| ${name} | ${says ? `\`${says.reason}\`` : ''}`);
    }
  });

  it('the templates of the chart are current, and there are no others', () => {
    const templates = chartTemplates();
    const folder = 'charts/memo-operator/templates';
    expect(readdirSync(join(root, folder))).to.have.members(Object.keys(templates));
    for (const [name, text] of Object.entries(templates)) {
      expect(read(`${folder}/${name}`) === text, `${name}: ${current}`).to.equal(true);
      expect(text, name).not.to.contain('BLANK');
    }
  });
});
