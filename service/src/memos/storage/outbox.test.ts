import { expect } from 'chai';
import { eventValue } from './outbox.ts';

describe('the value of an event', () => {
  const at = '2024-01-01T00:00:00.000Z';

  it('has exactly the fields that the consumers of the original know', () => {
    expect(eventValue({ type: 'memo_created', memoId: 123, at }, { title: '제목', author: null })).to.equal(
      '{"event_type":"memo_created","memo_id":123,"title":"제목","author":null,"timestamp":"2024-01-01T00:00:00.000Z"}',
    );
    expect(eventValue({ type: 'memo_deleted', memoId: 123, at })).to.equal(
      '{"event_type":"memo_deleted","memo_id":123,"timestamp":"2024-01-01T00:00:00.000Z"}',
    );
  });
});
