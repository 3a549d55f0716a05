import fc from 'fast-check';

import type { Fate } from '../clients/lossy-link.js';
import type { SimulatedClientOptions } from '../clients/simulated-client.js';

/** The owner of each client: two users have two clients. */
export const OWNERS = [0, 0, 1, 1, 2, 3];
export const USERS = 4;

/** A random action in one of the two conversations. Users, clients and earlier messages are referenced by number. */
export interface Action {
  readonly kind: Kind;
  readonly actor: number;
  readonly client: number;
  readonly overSocket: boolean;
  readonly conversation: number;
  readonly target: number;
  readonly message: number;
  readonly choice: number;
}

/** Weights. */
const KINDS = {
  send: 200,
  retry: 30,
  edit: 40,
  delete: 20,
  react: 50,
  unreact: 20,
  join: 30,
  leave: 20,
  kick: 20,
  add: 30,
  role: 20,
  rename: 20,
  read: 30,
  delivered: 20,
  pin: 20,
  mute: 10,
  archive: 20,
  erase: 3,
  drop: 50,
  open: 50,
};

type Kind = keyof typeof KINDS;

const actionOf = (kinds: readonly Kind[]): fc.Arbitrary<Action> =>
  fc.record({
    kind: fc.oneof(
      ...kinds.map((kind) => ({
        weight: KINDS[kind],
        arbitrary: fc.constant(kind),
      })),
    ),
    actor: fc.nat(USERS - 1),
    client: fc.nat(OWNERS.length - 1),
    overSocket: fc.boolean(),
    conversation: fc.nat(1),
    target: fc.nat(USERS - 1),
    message: fc.nat(30),
    choice: fc.nat(5),
  });

/** Actions of one batch run concurrently, batches sequentially. */
export const batchesOf = (kinds: readonly Kind[]): fc.Arbitrary<Action[][]> =>
  fc.array(fc.array(actionOf(kinds), { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 12 });

export const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 5, arbitrary: fc.constant('pass' as const) },
  { weight: 2, arbitrary: fc.constantFrom('lose' as const, 'double' as const) },
  { weight: 2, arbitrary: fc.record({ late: fc.integer({ min: 1, max: 6 }) }) },
);

export const clientsWith = (fates: fc.Arbitrary<Fate[]>): fc.Arbitrary<SimulatedClientOptions[]> =>
  fc.array(
    fc.record({
      fates,
      syncsOverRest: fc.boolean(),
      limit: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    }),
    { minLength: OWNERS.length, maxLength: OWNERS.length },
  );

export const ALL = Object.keys(KINDS) as Kind[];
export const CONNECTED = ALL.filter((kind) => kind !== 'drop' && kind !== 'open');
