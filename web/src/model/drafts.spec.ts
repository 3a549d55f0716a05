import { describe, expect, it } from '@jest/globals';

import { DraftStore } from './drafts.js';

type FakeStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> & { readonly items: Map<string, string> };

function fakeStorage(): FakeStorage {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

describe('DraftStore', () => {
  it('keeps the draft of each conversation across restarts', () => {
    const storage = fakeStorage();
    new DraftStore(storage, 'drafts').set('c1', 'half a thou');
    const restarted = new DraftStore(storage, 'drafts');
    expect(restarted.get('c1')).toBe('half a thou');
    expect(restarted.get('c2')).toBe('');
  });

  it('deletes an empty draft, and notifies its listeners of each change once', () => {
    const storage = fakeStorage();
    const drafts = new DraftStore(storage, 'drafts');
    let changes = 0;
    drafts.subscribe(() => changes++);
    drafts.set('c1', 'x');
    drafts.set('c1', '  ');
    drafts.set('c1', '');
    expect(changes).toBe(2);
    expect(storage.items.size).toBe(0);
  });

  it.each(['nonsense', 'null', '[1]', '{"c1": {"text": 1}}'])('ignores malformed stored data: %p', (stored) => {
    const storage = fakeStorage();
    storage.setItem('drafts', stored);
    expect(new DraftStore(storage, 'drafts').get('c1')).toBe('');
  });

  it('keeps drafts in memory when the storage is full', () => {
    const full = {
      ...fakeStorage(),
      setItem: () => {
        throw new Error('full');
      },
    };
    const drafts = new DraftStore(full, 'drafts');
    drafts.set('c1', 'x');
    expect(drafts.get('c1')).toBe('x');
  });

  it('deletes every draft when it is cleared', () => {
    const storage = fakeStorage();
    const drafts = new DraftStore(storage, 'drafts');
    drafts.set('c1', 'x');
    drafts.clear();
    expect(drafts.get('c1')).toBe('');
    expect(storage.items.size).toBe(0);
  });
});
