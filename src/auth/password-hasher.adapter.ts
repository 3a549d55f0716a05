import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';

import { hash, type Options, verify as argon2Verify } from '@node-rs/argon2';

import { KeyedQueue } from '../common/keyed-queue.js';

/** Argon2id, the library's default, with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). */
const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Concurrent hashes. One core and one of libuv's four threads stay free for more urgent work. */
const LANES = Math.max(1, Math.min(availableParallelism() - 1, 3));
/** Hashes queued per lane, at about 40 ms each. Further ones are rejected instead of waiting for many seconds. */
const MAX_WAITING = 200;

/** Verifies a password against a hash in PHC string format. */
type Verify = (hash: string, password: string, options: Options) => Promise<boolean>;

/** Hashes and checks passwords on libuv's threads, never on the event loop. */
export class PasswordHasher {
  private readonly lanes = new KeyedQueue();
  private dummyHash: Promise<string> | undefined;
  private nextLane = 0;

  constructor(private readonly verify: Verify = argon2Verify) {}

  /** @returns the hash in PHC string format @throws DomainError `unavailable` when the queue is full */
  hash(password: string): Promise<string> {
    return this.enqueue(() => hash(normal(password), OPTIONS));
  }

  /**
   * Whether `passwordHash` is a hash of `password`. Without a hash it verifies against a dummy hash of the same cost and
   * returns false, so that the time does not reveal whether an account exists.
   * @throws DomainError `unavailable` when the queue is full
   */
  async matches(password: string, passwordHash: string | null): Promise<boolean> {
    this.dummyHash ??= hash(randomBytes(16).toString('hex'), OPTIONS);
    const known = passwordHash ?? (await this.dummyHash);
    const matches = await this.enqueue(() => this.verify(known, normal(password), OPTIONS));
    return matches && passwordHash !== null;
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    return this.lanes.run(String(this.nextLane++ % LANES), work, MAX_WAITING);
  }
}

/** Keyboards produce different code points for the same password (NIST SP 800-63B §5.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');
