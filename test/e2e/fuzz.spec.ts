import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';

import type { Account } from '../clients/account.js';
import { AsyncApiDocument } from '../documents/asyncapi-document.js';
import { OpenApiDocument } from '../documents/openapi-document.js';
import type { Schemas } from '../fuzz/arbitraries.js';
import { type Outcome, FuzzProbe, rawExchange, RawSocket } from '../fuzz/fuzz-probe.js';
import { FuzzServer } from '../fuzz/fuzz-server.js';
import { anyBytes, anyPackets, anyRequest } from '../fuzz/malformed-requests.js';
import { fixedMutations, type Mutation, mutatedBody, mutatedTarget, mutationsOf } from '../fuzz/request-mutations.js';
import { type Operation, operationsOf, sampleOf } from '../fuzz/request-samples.js';

/**
 * Random requests per operation; fewer where a request is slower. `FUZZ_RUNS` sets the number and prints how often
 * each operation succeeded; `FUZZ_SEED` repeats the run that a failure names.
 */
const { FUZZ_RUNS, FUZZ_SEED, TEST_DATABASE_URL } = process.env;
const RUNS = Number(FUZZ_RUNS ?? (TEST_DATABASE_URL === undefined ? 25 : 8));
const SEED = FUZZ_SEED === undefined ? undefined : Number(FUZZ_SEED);
/** Operations in flight at a time; below the point at which a busy server answers `unavailable`. */
const CONCURRENT_OPERATIONS = 12;
/** After this time no further random request is sent, and no smaller counterexample is searched. */
const LIMIT_MS = FUZZ_RUNS === undefined ? 8_000 : 3_600_000;
jest.setTimeout(8 * LIMIT_MS);
/** Need a token from a mailbox; covered by `mail.spec.ts`. */
const BY_MAIL = ['POST /auth/email/verify', 'POST /auth/password/reset'];

let fuzz: FuzzServer;
let probe: FuzzProbe;
let operations: readonly Operation[];
let schemas: Schemas;
/** Requests and successes per operation. */
const tally = new Map<string, { sent: number; ok: number }>();

beforeAll(async () => {
  fuzz = await FuzzServer.start();
  const { rest } = fuzz.server;
  const api = new OpenApiDocument((await rest.get('/openapi.json')).body);
  const live = new AsyncApiDocument((await rest.get('/asyncapi.json')).body);
  probe = new FuzzProbe(api, live, (await rest.get('/config')).body.page.max);
  operations = operationsOf(api, live);
  schemas = { ...api.document.components.schemas, ...live.document.components.schemas };
  await exchangeMessages('before');
});
afterAll(() => fuzz.server.stop());

type Requester = 'ann' | 'eve' | 'anonymous';
type RandomRequest = readonly [requester: Requester, target: FuzzServer['targets'][number], mutation: Mutation];

/** Sends each operation its fixed mutations, then random ones; some operations at a time. */
async function sendRandom(
  selected: readonly Operation[],
  requesters: readonly Requester[],
  send: (operation: Operation, ...request: RandomRequest) => Promise<Outcome>,
): Promise<void> {
  const anyRequester = fc.oneof(
    { weight: 8, arbitrary: fc.constant<Requester>('ann') },
    { weight: 3, arbitrary: fc.constantFrom(...requesters) },
  );
  const propertyOf = (operation: Operation, deadline: number) => {
    const { name, isCommand } = operation;
    const mutations = mutationsOf(operation, schemas, fuzz.knownIds(name), !isCommand);
    const count = tally.get(name) ?? { sent: 0, ok: 0 };
    tally.set(name, count);
    const anyRandomRequest = fc.tuple(anyRequester, fc.constantFrom(...fuzz.targets), mutations);
    return propertyUntil(deadline, anyRandomRequest, async (request: RandomRequest) => {
      const { isOk } = await send(operation, ...request);
      count.sent++;
      if (isOk) count.ok++;
    });
  };
  const deadline = deadlineFromNow();
  await concurrently(selected, (operation) => {
    const fixed = fixedMutations(operation, schemas).map((mutation): [RandomRequest] => [['ann', 'room', mutation]]);
    const more = { numRuns: fixed.length, examples: fixed, endOnFailure: true };
    return check(operation.name, propertyOf(operation, Infinity), more);
  });
  await concurrently(selected, (operation) =>
    check(operation.name, propertyOf(operation, deadline), { numRuns: RUNS }),
  );
}

const deadlineFromNow = (): number => Date.now() + LIMIT_MS;

/** Sends nothing after the deadline. Requests that were sent before it are still awaited. */
const propertyUntil = <T>(deadline: number, arbitrary: fc.Arbitrary<T>, send: (input: T) => Promise<void>) =>
  fc.asyncProperty(arbitrary, async (input) => {
    if (Date.now() < deadline) await send(input);
  });

async function concurrently<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: CONCURRENT_OPERATIONS }, worker));
}

/** Runs a property. @throws an error with the operation, the smallest failing input and the seed */
async function check<T>(name: string, property: fc.IAsyncProperty<[T]>, more: fc.Parameters<[T]>): Promise<void> {
  const seed = SEED === undefined ? {} : { seed: SEED };
  const result = await fc.check(property, { ...more, ...seed });
  if (!result.failed) return;
  const [input] = result.counterexample ?? [];
  const shown = JSON.stringify(input ?? null).slice(0, 2_000);
  throw new Error(`${name}, FUZZ_SEED=${result.seed}: ${String(result.errorInstance)}\nrequest: ${shown}`);
}

const accountOf = (requester: Requester): Account => (requester === 'eve' ? fuzz.eve : fuzz.ann);

describe('random input is answered as documented, and never with an internal error', () => {
  it('on every route', async () => {
    const routes = operations.filter(({ isCommand }) => !isCommand);
    await sendRandom(routes, ['ann', 'eve', 'anonymous'], async (operation, requester, target, mutation) => {
      const { context, by } = await fuzz.requestContext(operation.name, target, accountOf(requester));
      const sample = sampleOf(operation, context);
      const [method = ''] = operation.name.split(' ');
      const body = mutatedBody(sample.body, mutation);
      const token = requester === 'anonymous' ? undefined : by.token;
      return probe.request(fuzz.anyNode(), method, mutatedTarget(operation.name, sample.target, mutation), {
        body,
        token,
      });
    });
  });

  it('on every command', async () => {
    const wires = {
      ann: await RawSocket.open(fuzz.anyNode(), fuzz.ann.token),
      eve: await RawSocket.open(fuzz.anyNode(), fuzz.eve.token),
    };
    const commands = operations.filter(({ isCommand }) => isCommand);
    await sendRandom(commands, ['ann', 'eve'], async (operation, requester, target, mutation) => {
      const { context } = await fuzz.requestContext(operation.name, target, accountOf(requester));
      const payload = mutatedBody(sampleOf(operation, context).body, mutation)!;
      const wire = requester === 'eve' ? wires.eve : wires.ann;
      return probe.acknowledged(operation.name, await wire.command(operation.name, payload));
    });
    for (const wire of Object.values(wires)) wire.close();
  });

  it('in methods, paths, headers and bodies', async () => {
    const paths = operations
      .filter(({ isCommand }) => !isCommand)
      .map(({ name }) => name.split(' ')[1]!.replaceAll(/[{}]/g, ''));
    let account = await fuzz.server.account('odd');
    const property = propertyUntil(deadlineFromNow(), anyRequest(paths), async ({ method, target, headers, body }) => {
      const authorization = `Bearer ${account.token}`;
      const { code } = await probe.malformedRequest(fuzz.anyNode(), method, target, body, {
        authorization,
        ...headers,
      });
      // That request was a log-out.
      if (code === 'session_revoked') account = await fuzz.server.account('odd');
    });
    await check('a request', property, { numRuns: RUNS * 8 });
  });

  it('as malformed HTTP bytes', async () => {
    const { running } = fuzz.server;
    const body = '{"login":"a","password":"b"}';
    const head = `Host: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close`;
    const property = propertyUntil(
      deadlineFromNow(),
      anyBytes(`POST /api/v1/auth/login HTTP/1.1\r\n${head}\r\n\r\n${body}`),
      async (bytes) => {
        expect(await rawExchange(running.port, bytes)).toMatch(/^(HTTP\/1\.1 [1-4]|$)/);
      },
    );
    await check('bytes', property, { numRuns: RUNS * 4 });
  });

  it('as malformed packets, which close at most their own connection', async () => {
    const names = operations.filter(({ isCommand }) => isCommand).map(({ name }) => name);
    const { token } = fuzz.eve;
    const property = propertyUntil(deadlineFromNow(), anyPackets(names), async (packets) => {
      const wire = await RawSocket.open(fuzz.anyNode(), token);
      for (const packet of packets) wire.write(packet);
      wire.close();
    });
    await check('packets', property, { numRuns: RUNS * 4 });
  });
});

describe('after the random input', () => {
  it('every operation has succeeded at least once, so that more than its validation was tested', () => {
    const shares = Array.from(tally, ([name, { sent, ok }]) => ({ name, sent, ok }));
    if (FUZZ_RUNS !== undefined)
      process.stderr.write(`${shares.map(({ name, sent, ok }) => `${ok}/${sent} ${name}`).join('\n')}\n`);
    expect(shares.filter(({ name, ok }) => ok === 0 && !BY_MAIL.includes(name))).toEqual([]);
  });

  it('other users can still chat', async () => {
    await exchangeMessages('after');
  });

  it('every conversation has its messages without gaps', async () => {
    const { rest } = fuzz.ann;
    for (const { id, lastSeq } of (await rest.get('/conversations?limit=100')).body.items) {
      const seqs: number[] = [];
      for (let after = 0; after < lastSeq; after += 100) {
        const { body } = await rest.get(`/messages?conversationId=${id}&after=${after}&limit=100`);
        seqs.push(...body.items.map(({ seq }: { seq: number }) => seq));
      }
      expect(seqs).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    }
  });

  it('the log has no warnings, and no prototype is polluted', () => {
    expect(fuzz.warnings).toEqual([]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

/** Two uninvolved users exchange messages; both receive all of them, and no other event. */
async function exchangeMessages(text: string): Promise<void> {
  const conversationId = fuzz.bystandersConversationId;
  const [dan, fay] = [await fuzz.bystanders[0].connect(), await fuzz.bystanders[1].connect()];
  const { body: before } = await fuzz.bystanders[0].rest.get(`/messages?conversationId=${conversationId}`);
  for (const by of [dan, fay, dan]) await by.emit('message:send', { conversationId, text: text });
  for (const by of [dan, fay]) {
    for (let n = 0; n < 3; n++) await by.next('message:created', ({ message }) => message.text === text);
    expect(
      by.seen.map(({ name }) => name).filter((name) => !/^(message:created|session:ready|receipt)/.test(name)),
    ).toEqual([]);
  }
  const { body } = await fuzz.bystanders[1].rest.get(`/messages?conversationId=${conversationId}`);
  expect(body.items.slice(0, -3)).toEqual(before.items);
  expect(body.items.map(({ seq }: { seq: number }) => seq)).toEqual(body.items.map((_: unknown, n: number) => n + 1));
  for (const device of [dan, fay]) device.close();
}
