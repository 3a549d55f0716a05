import { randomBytes } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { hash, type Options, verify } from '@node-rs/argon2';

/** Argon2id, the library's default, with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). */
const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes and checks passwords on libuv's threads, never on the event loop. */
@Injectable()
export class Passwords {
  private decoy: Promise<string> | undefined;

  /** @returns the hash in PHC string format */
  hash(password: string): Promise<string> {
    return hash(normal(password), OPTIONS);
  }

  /** Whether `password` made `passwordHash`. Without a hash, it costs the same and is false. */
  async matches(password: string, passwordHash: string | null): Promise<boolean> {
    this.decoy ??= this.hash(randomBytes(16).toString('hex'));
    const matches = await verify(passwordHash ?? (await this.decoy), normal(password), OPTIONS);
    return matches && passwordHash !== null;
  }
}

/** The same password from every keyboard (NIST SP 800-63B §5.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');
