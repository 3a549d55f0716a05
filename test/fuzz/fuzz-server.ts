import { pino } from 'pino';

import { PasswordHasher } from '../../src/auth/password-hasher.adapter.js';
import { FakePasswordHasher } from '../fakes/fake-password-hasher.js';
import { type Account, PASSWORD } from '../clients/account.js';
import type { KnownIds } from './arbitraries.js';
import { endsSession, type Place, PLACES, type Scene, usesUp } from './request-samples.js';
import { TestServer } from '../harness/server.js';

/** One more than any page holds, of everything that is listed. */
const CROWD = 101;

/** A server with people on it, some of whom are about to behave oddly. */
export class FuzzServer {
  private spent = 0;
  private asked = 0;

  private constructor(
    readonly server: TestServer,
    /** Lines of warnings and errors that the server wrote. */
    readonly complaints: readonly string[],
    /** Who asks, and owns a group, a room and more of everything than a page holds. */
    readonly ann: Account,
    /** The other in what she has. */
    readonly ben: Account,
    /** In nothing, and asks too. */
    readonly eve: Account,
    /** Two with a conversation that is none of anybody's business. */
    readonly quiet: readonly [Account, Account],
    private readonly crowd: readonly string[],
    private readonly spots: Readonly<Record<Place | 'quiet', { id: string; message: string }>>,
    /** Rooms of hers to take apart. */
    private readonly spare: readonly string[],
  ) {}

  static async make(): Promise<FuzzServer> {
    const complaints: string[] = [];
    // The trail is written at any level.
    const stream = { write: (line: string) => line.includes('"audit":true') || complaints.push(line) };
    const server = await TestServer.start({ TRUST_PROXY: '1' }, pino({ level: 'warn' }, stream));
    const cheap = new FakePasswordHasher();
    for (const { app } of server.nodes) {
      Object.assign(app.get(PasswordHasher), { hash: cheap.hash.bind(cheap), matches: cheap.matches.bind(cheap) });
    }
    const people: Account[] = [];
    for (const name of ['ann', 'ben', 'eve', 'dan', 'fay']) people.push(await server.account(name));
    const [ann, ben, eve, dan, fay] = people as [Account, Account, Account, Account, Account];
    const many = <T>(one: (n: number) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: CROWD }, (_, n) => one(n)));

    const crowd = await many(async (n) => {
      const { body } = await server.rest.post('/auth/register', { username: `a_crowd_${n}`, password: PASSWORD });
      return body.user.id as string;
    });
    const make = async (by: Account, body: object): Promise<string> =>
      (await by.rest.post('/conversations', body)).body.id;
    const say = async (by: Account, conversationId: string): Promise<string> =>
      (await by.rest.post('/messages', { conversationId, text: 'a word' })).body.id;
    const spotOf = async (by: Account, id: string) => ({ id, message: await say(by, id) });
    const spots = {
      direct: await spotOf(ann, await make(ann, { type: 'direct', memberIds: [ben.id] })),
      group: await spotOf(ann, await make(ann, { type: 'group', memberIds: [ben.id] })),
      room: await spotOf(ann, await make(ann, { type: 'room', title: 'a room', memberIds: [ben.id, ...crowd] })),
      quiet: await spotOf(dan, await make(dan, { type: 'direct', memberIds: [fay.id] })),
    };
    const spare = await many((n) => make(ann, { type: 'room', title: `a spare room ${n}`, memberIds: [ben.id] }));
    await many(() => say(ann, spots.room.id));
    await many((n) => ann.rest.put(`/users/me/blocks/${crowd[n]}`));
    await many(() => ann.login());
    return new FuzzServer(server, complaints, ann, ben, eve, [dan, fay], crowd, spots, spare);
  }

  /** The origin of one node after the other. */
  anyNode(): string {
    const { nodes } = this.server;
    return `http://127.0.0.1:${nodes[this.asked++ % nodes.length]!.port}`;
  }

  /** The conversation of those who are quiet. */
  get quietId(): string {
    return this.spots.quiet.id;
  }

  /** The places of a scene: hers, and one that she must not know. */
  get places(): readonly (Place | 'quiet')[] {
    return [...PLACES, 'quiet'];
  }

  /**
   * What an operation is asked about. What it may use up is made for it, or is a spare one.
   * @returns it, and who asks about it
   */
  async scene(operation: string, place: Place | 'quiet', by: Account): Promise<{ scene: Scene; by: Account }> {
    const asker = endsSession(operation) ? await this.server.account('spent') : by;
    const isSpare = usesUp(operation) && (place === 'group' || place === 'room');
    const conversationId = isSpare ? this.spare[this.spent++ % CROWD]! : this.spots[place].id;
    const { session, user, accessToken, refreshToken } = asker.auth;
    return {
      scene: {
        place: place === 'quiet' ? 'group' : place,
        conversationId,
        messageId: isSpare && /message/.test(operation) ? await this.say(conversationId) : this.spots[place].message,
        userId: operation.includes('/blocks/') ? this.crowd[this.spent++ % CROWD]! : this.ben.id,
        newcomerId: this.eve.id,
        sessionId: session.id,
        username: user.username,
        accessToken,
        refreshToken,
      },
      by: asker,
    };
  }

  /** Ids for the fields of an operation. What it uses up are spare ones. */
  knownIds(operation: string): KnownIds {
    const spots = Object.values(this.spots);
    return (field) => {
      if (/user|member|mention/i.test(field)) return [this.ann.id, this.ben.id, this.eve.id];
      if (/conversation|receipts/i.test(field)) return usesUp(operation) ? this.spare : spots.map(({ id }) => id);
      return /reply/i.test(field) ? spots.map(({ message }) => message) : [];
    };
  }

  private async say(conversationId: string): Promise<string> {
    return (await this.ann.rest.post('/messages', { conversationId, text: 'Spare' })).body.id;
  }
}
