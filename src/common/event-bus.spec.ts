import { describe, expect, it } from '@jest/globals';

import { EventBus } from './event-bus.js';

interface Facts {
  said: { text: string };
  counted: { to: number };
}

const rethrow = (error: unknown): never => {
  throw error;
};

describe('the event bus', () => {
  it('calls the listeners of an event in the order of subscription, before publish returns', () => {
    const calls: string[] = [];
    const bus = new EventBus<Facts>(rethrow);
    bus.on('said', ({ text }) => calls.push(`first ${text}`));
    bus.on('counted', ({ to }) => calls.push(`counted ${to}`));
    bus.on('said', ({ text }) => calls.push(`second ${text}`));
    bus.publish('said', { text: 'hello' });
    bus.publish('counted', { to: 3 });
    expect(calls).toEqual(['first hello', 'second hello', 'counted 3']);
  });

  it('publishes a list of events in its order', () => {
    const calls: string[] = [];
    const bus = new EventBus<Facts>(rethrow);
    bus.on('said', ({ text }) => calls.push(text));
    bus.on('counted', ({ to }) => calls.push(`${to}`));
    bus.publishAll([
      { name: 'said', event: { text: 'one' } },
      { name: 'counted', event: { to: 2 } },
      { name: 'said', event: { text: 'three' } },
    ]);
    expect(calls).toEqual(['one', '2', 'three']);
  });

  it('gives listeners the origin of an event, which is local by default', () => {
    const origins: string[] = [];
    const bus = new EventBus<Facts>(rethrow);
    bus.on('said', (_, origin) => origins.push(origin));
    bus.publish('said', { text: 'here' });
    bus.publish('said', { text: 'elsewhere' }, 'cluster');
    expect(origins).toEqual(['local', 'cluster']);
  });

  it('reports an error of a listener and calls the other listeners', () => {
    const [calls, reported] = [[] as string[], [] as unknown[]];
    const bus = new EventBus<Facts>((error, event) => reported.push([error, event]));
    const fault = new Error('listener');
    bus.on('said', () => {
      throw fault;
    });
    bus.on('said', ({ text }) => calls.push(text));
    bus.publish('said', { text: 'still delivered' });
    expect(calls).toEqual(['still delivered']);
    expect(reported).toEqual([[fault, 'said']]);
  });

  it('accepts an event without listeners', () => {
    const bus = new EventBus<Facts>(rethrow);
    expect(() => bus.publish('said', { text: 'unheard' })).not.toThrow();
  });

  it('delivers only later events to a listener added during an event', () => {
    const calls: string[] = [];
    const bus = new EventBus<Facts>(() => undefined);
    bus.on('said', () => bus.on('said', ({ text }) => calls.push(text)));
    bus.publish('said', { text: 'one' });
    expect(calls).toEqual([]);
    bus.publish('said', { text: 'two' });
    expect(calls).toEqual(['two']);
  });
});
