import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';

import { Injectable } from '@nestjs/common';
import { hash, type Options, verify } from '@node-rs/argon2';

import { KeyedQueue } from '../common/keyed-queue.js';

/** Argon2id, the library's default, with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). */
const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** At once: a core and three of libuv's four threads are left to everything else, of which passwords are the least urgent. */
const LANES = Math.max(1, Math.min(availableParallelism() - 1, 3));
/** Who would wait for seconds, at some 40 ms each, is told to come back. */
const MAX_WAITING = 200;

/** Hashes and checks passwords on libuv's threads, never on the event loop. */
@Injectable()
export class PasswordHasher {
  private readonly turns = new KeyedQueue();
  private decoy: Promise<string> | undefined;
  private asked = 0;

  /** @returns the hash in PHC string format @throws DomainError `unavailable` when too many wait */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(normal(password), OPTIONS));
  }

  /**
   * Whether `password` made `passwordHash`. Without a hash, it costs the same and is false.
   * @throws DomainError `unavailable` when too many wait
   */
  async matches(password: string, passwordHash: string | null): Promise<boolean> {
    this.decoy ??= hash(randomBytes(16).toString('hex'), OPTIONS);
    const known = passwordHash ?? (await this.decoy);
    const matches = await this.inTurn(() => verify(known, normal(password), OPTIONS));
    return matches && passwordHash !== null;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.run(String(this.asked++ % LANES), work, MAX_WAITING);
  }
}

/** The same password from every keyboard (NIST SP 800-63B §5.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');
