import { expect } from 'chai';
import { ApiError } from '../client/error.ts';
import { silent } from '../log.ts';
import { Sight } from './sight.ts';
import { Store } from './store.ts';

const no = new ApiError({ code: 403, reason: 'Forbidden', message: 'no' });

describe('what is seen of some namespaces', () => {
  let sight: Sight;
  let seen: string[];
  let stores: Record<'pods' | 'jobs' | 'others', Store>;
  let refused: (refusal: ApiError | undefined) => void;

  beforeEach(() => {
    sight = new Sight({ log: silent });
    seen = [];
    stores = { pods: new Store(), jobs: new Store(), others: new Store() };
    sight.onSeen((namespace) => seen.push(namespace));
    sight.add('club', 'Pod', stores.pods);
    refused = sight.add('club', 'Job', stores.jobs);
    sight.add('other', 'Pod', stores.others);
  });

  async function list(...kinds: (keyof typeof stores)[]): Promise<void> {
    for (const kind of kinds) stores[kind].replace([], '1');
    await Promise.resolve();
  }

  it('is a namespace of which every kind has been listed', async () => {
    await list('pods');
    expect([sight.sees('club'), sight.settled, seen]).to.deep.equal([false, false, []]);
    await list('jobs');
    expect([sight.sees('club'), sight.settled, seen]).to.deep.equal([true, false, ['club']]);
    await list('others');
    expect([sight.settled, seen]).to.deep.equal([true, ['club', 'other']]);
    await sight.whenSettled();
  });

  it('is not one of which a kind is refused, from the start or since; the others go on', async () => {
    refused(no);
    await list('pods', 'others');
    await sight.whenSettled();
    expect([sight.sees('club'), sight.sees('other'), sight.settled]).to.deep.equal([false, true, true]);
    await list('jobs');
    expect(sight.sees('club')).to.equal(false);
    refused(undefined);
    expect([sight.sees('club'), seen]).to.deep.equal([true, ['other', 'club']]);
    refused(no);
    expect([sight.sees('club'), sight.settled]).to.deep.equal([false, true]);
    refused(undefined);
    expect(seen).to.deep.equal(['other', 'club', 'club']);
  });

  it('is not all that there is to see while every namespace is refused', async () => {
    sight = new Sight({ log: silent });
    sight.add('club', 'Job', stores.jobs)(no);
    await Promise.resolve();
    expect(sight.settled).to.equal(false);
  });
});
