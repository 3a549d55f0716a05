import { RedisPubSub } from '../../src/infrastructure/redis/redis-pubsub.js';
import { StreamPositionsRepository } from '../../src/sync/stream-positions.repository.js';
import { TestServer } from '../harness/server.js';

/** Pauses the next connection to a node after it has read its user's positions. */
export function delayReading({ running }: TestServer): { isRead: Promise<void>; resume(): void } {
  const streams = running.app.get<StreamPositionsRepository>(StreamPositionsRepository);
  const read = streams.of.bind(streams);
  let resume = (): void => undefined;
  const resumed = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const isRead = new Promise<void>((resolve) => {
    streams.of = async (userId) => {
      streams.of = read;
      const found = await read(userId);
      resolve();
      await resumed;
      return found;
    };
  });
  return { isRead, resume };
}

/** Records the channels that a node subscribes to, and its waits for them as `settled`. */
export function recordSubscriptions({ running }: TestServer): { stop(): string[] } {
  const pubsub = running.app.get<RedisPubSub>(RedisPubSub);
  const { sSubscribe, settled } = pubsub;
  const calls: string[] = [];
  pubsub.sSubscribe = (channel, handler) => {
    calls.push(channel);
    sSubscribe.call(pubsub, channel, handler);
  };
  pubsub.settled = () => {
    calls.push('settled');
    return settled.call(pubsub);
  };
  return {
    stop() {
      Object.assign(pubsub, { sSubscribe, settled });
      return calls;
    },
  };
}

/** Withholds the messages of a node to the others that contain `text`, until they are released or discarded. */
export function withhold({ running }: TestServer, text: string): { release(): void; discard(): number } {
  const pubsub = running.app.get<RedisPubSub>(RedisPubSub);
  const withheld: (() => void)[] = [];
  const publish = pubsub.sPublish.bind(pubsub);
  pubsub.sPublish = async (channel, message) => {
    if (message.includes(text)) withheld.push(() => void publish(channel, message));
    else await publish(channel, message);
  };
  const end = (): void => {
    pubsub.sPublish = publish;
  };
  return {
    release() {
      end();
      for (const send of withheld) send();
    },
    /** @returns how many were withheld */
    discard() {
      end();
      return withheld.length;
    },
  };
}
