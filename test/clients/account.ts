import { setTimeout as delay } from 'node:timers/promises';

import { TestSocket } from './test-socket.js';
import { Rest } from './rest.js';

export const PASSWORD = 'correct horse battery';

/** A registered user of a test: their REST client and their devices. */
export class Account {
  private readonly devices: TestSocket[] = [];

  private constructor(
    /** Of the nodes: the first is asked over REST, and devices go to one after the other. */
    private readonly origins: readonly string[],
    readonly username: string,
    /** The `AuthResult` of the registration. */
    readonly auth: any,
  ) {}

  static async register(origin: string, username: string, otherOrigins: readonly string[] = []): Promise<Account> {
    const rest = new Rest(`${origin}/api/v1`);
    let answer = await rest.post('/auth/register', { username, password: PASSWORD });
    if (answer.status === 503) {
      // A machine may be too busy for its database; like any client, once more, and it may have been done after all.
      await delay(answer.body.retryAfterMs);
      answer = await rest.post('/auth/register', { username, password: PASSWORD });
      if (answer.status === 409) answer = await rest.post('/auth/login', { login: username, password: PASSWORD });
    }
    if (answer.status !== 201 && answer.status !== 200)
      throw new Error(`registration failed: ${JSON.stringify(answer.body)}`);
    return new Account([origin, ...otherOrigins], username, answer.body);
  }

  /** The node that is asked over REST. */
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

  /** Logs in once more. @returns the `AuthResult` */
  async login(device?: object): Promise<any> {
    const answer = await new Rest(`${this.home}/api/v1`).post('/auth/login', {
      login: this.username,
      password: PASSWORD,
      ...(device && { device }),
    });
    return answer.body;
  }

  /** A connected device, of this server or another node, that has had its `session:ready`. */
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
