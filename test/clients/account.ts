import { setTimeout as delay } from 'node:timers/promises';

import { Rest } from './rest.js';
import { TestSocket } from './test-socket.js';

export const PASSWORD = 'correct horse battery';

/** A registered user: the REST client and the sockets. */
export class Account {
  private readonly devices: TestSocket[] = [];

  private constructor(
    /** The nodes' origins. REST uses the first; sockets rotate over all. */
    private readonly origins: readonly string[],
    readonly username: string,
    readonly auth: any,
  ) {}

  static async register(origin: string, username: string, otherOrigins: readonly string[] = []): Promise<Account> {
    const rest = new Rest(`${origin}/api/v1`);
    let answer = await rest.post('/auth/register', { username, password: PASSWORD });
    if (answer.status === 503) {
      // On a busy machine the registration may be refused with 503. Retry as a client would; the first attempt may
      // have succeeded.
      await delay(answer.body.retryAfterMs);
      answer = await rest.post('/auth/register', { username, password: PASSWORD });
      if (answer.status === 409) answer = await rest.post('/auth/login', { login: username, password: PASSWORD });
    }
    if (answer.status !== 201 && answer.status !== 200)
      throw new Error(`registration failed: ${JSON.stringify(answer.body)}`);
    return new Account([origin, ...otherOrigins], username, answer.body);
  }

  /** The origin for REST. */
  get home(): string {
    return this.origins[0]!;
  }

  get id(): string {
    return this.auth.user.id;
  }

  get token(): string {
    return this.auth.accessToken;
  }

  get rest(): Rest {
    return new Rest(`${this.home}/api/v1`, this.token);
  }

  /** Logs in again. @returns an `AuthResult` */
  async login(device?: object): Promise<any> {
    const answer = await new Rest(`${this.home}/api/v1`).post('/auth/login', {
      login: this.username,
      password: PASSWORD,
      ...(device && { device }),
    });
    return answer.body;
  }

  /** Opens a socket and waits for its `session:ready`. */
  async connect(options: { token?: string; transports?: string[]; origin?: string } = {}): Promise<TestSocket> {
    const node = this.origins[this.devices.length % this.origins.length]!;
    const device = TestSocket.open(options.origin ?? node, options.token ?? this.token, options.transports);
    this.devices.push(device);
    await device.next('session:ready');
    return device;
  }

  disconnect(): void {
    for (const device of this.devices) device.close();
  }
}
