import { describe, expect, it } from '@jest/globals';

import { EventBus } from './event-bus.js';

interface Facts {
  said: { text: string };
  counted: { to: number };
}

describe('the event bus', () => {
  it('tells every listener of that name, in the order in which they came, at once', () => {
    const heard: string[] = [];
    const bus = new EventBus<Facts>(() => undefined);
    bus.on('said', ({ text }) => heard.push(`first ${text}`));
    bus.on('counted', ({ to }) => heard.push(`counted ${to}`));
    bus.on('said', ({ text }) => heard.push(`second ${text}`));
    bus.publish('said', { text: 'hello' });
    bus.publish('counted', { to: 3 });
    expect(heard).toEqual(['first hello', 'second hello', 'counted 3']);
  });

  it('lets a listener that throws harm nobody, and reports it', () => {
    const [heard, reported] = [[] as string[], [] as unknown[]];
    const bus = new EventBus<Facts>((error, event) => reported.push([error, event]));
    const fault = new Error('listener');
    bus.on('said', () => {
      throw fault;
    });
    bus.on('said', ({ text }) => heard.push(text));
    bus.publish('said', { text: 'still heard' });
    expect(heard).toEqual(['still heard']);
    expect(reported).toEqual([[fault, 'said']]);
  });

  it('says nothing to nobody', () => {
    const bus = new EventBus<Facts>((error) => {
      throw error;
    });
    expect(() => bus.publish('said', { text: 'is anybody there?' })).not.toThrow();
  });

  it('does not tell a listener that came during an event of that same event', () => {
    const heard: string[] = [];
    const bus = new EventBus<Facts>(() => undefined);
    bus.on('said', () => bus.on('said', ({ text }) => heard.push(text)));
    bus.publish('said', { text: 'one' });
    expect(heard).toEqual([]);
    bus.publish('said', { text: 'two' });
    expect(heard).toEqual(['two']);
  });
});
