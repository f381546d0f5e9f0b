/** No field of the spec is taken and then ignored: each shows in what is made of the spec, or where the list below says. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { MemoAppSpec } from '../../../../operator/src/api/memoapp.ts';
import { everything, resolved } from '../../harness/rendered.ts';
import { everyField } from '../../specs/every-field.ts';

interface Shown {
  readonly why: string;
  /** Below test/operator. */
  readonly file: string;
  readonly title: string;
}

const intoTheSecret: Shown = {
  why: 'the Secret that the operator makes is a copy of this one, which a cluster has',
  file: 'stack/external.test.ts',
  title: 'is initialised with it, whatever characters its password has',
};

/** Fields that no object shows which is made of the spec alone. */
const elsewhere: Readonly<Record<string, Shown>> = {
  'database.managed.credentialsSecret.name': intoTheSecret,
  'database.managed.credentialsSecret.usernameKey': intoTheSecret,
  'database.managed.credentialsSecret.passwordKey': intoTheSecret,
};

function made(spec: MemoAppSpec): string {
  return JSON.stringify(everything(resolved(spec)));
}

describe('every field of the spec', () => {
  it('has an effect, and another for each of its values', () => {
    const idle = everyField.filter(({ base, specs }) => {
      const found = new Set(specs.map(made));
      const same = found.size < specs.length;
      return same || (specs.length === 1 && found.has(made(base)));
    });
    expect(idle.map(({ field }) => field)).to.have.members(Object.keys(elsewhere));
  });

  for (const [field, { file, title, why }] of Object.entries(elsewhere)) {
    it(`has a test of its own where no object tells, as ${field}: ${why}`, () => {
      expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).to.contain(`it('${title}'`);
    });
  }
});
