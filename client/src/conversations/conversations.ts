import type { Api } from '../connection/api.js';
import { unwrap } from '../connection/http.js';
import { newId } from '../uuid.js';
import type { Conversation, Member, OwnMembership, Page, Role } from '../api-types.js';

/**
 * Making, joining and changing conversations. Each method rejects with ProblemError or UnreachableError; what it changes
 * comes through the log, to all members.
 */
export class Conversations {
  /**
   * Comes as `client.conversations`.
   * @param settled waits until what was just done is known here
   */
  constructor(
    private readonly api: Api,
    private readonly settled: () => Promise<void>,
  ) {}

  /** Public rooms, joined (`me`) or not (`me` is null), by the beginning of their title. */
  discover(query: { q?: string; limit?: number; cursor?: string } = {}): Promise<Page<Conversation>> {
    return unwrap(this.api.GET('/api/v1/conversations/discover', { params: { query } }));
  }

  /** @throws ProblemError `not_found` */
  get(id: string): Promise<Conversation> {
    return unwrap(this.api.GET('/api/v1/conversations/{id}', { params: { path: { id } } }));
  }

  /** The conversation with that person: the one that there is, or a new one. @throws ProblemError `blocked`, `not_found` */
  createDirect(userId: string): Promise<Conversation> {
    return this.create({ type: 'direct', memberIds: [userId] });
  }

  /** @param command title: 1–100 characters or none; up to 1,000 members with oneself */
  createGroup(command: { title?: string | null; memberIds: string[] }): Promise<Conversation> {
    return this.create({ type: 'group', ...command });
  }

  /** A public room. @param command title: 1–100 characters; topic: up to 500 */
  createRoom(command: { title: string; topic?: string | null; memberIds?: string[] }): Promise<Conversation> {
    return this.create({ type: 'room', ...command });
  }

  /** Joins a public room. @throws ProblemError `not_found` */
  join(id: string): Promise<Conversation> {
    return this.settle(unwrap(this.api.POST('/api/v1/conversations/{id}/join', { params: { path: { id } } })));
  }

  /** @throws ProblemError `forbidden` for a direct conversation, which is archived instead */
  async leave(id: string): Promise<void> {
    await this.settle(unwrap(this.api.POST('/api/v1/conversations/{id}/leave', { params: { path: { id } } })));
  }

  /** Renames it, or changes its topic. @throws ProblemError `forbidden` for who is neither owner nor admin */
  update(id: string, command: { title?: string | null; topic?: string | null }): Promise<Conversation> {
    return unwrap(this.api.PATCH('/api/v1/conversations/{id}', { params: { path: { id } }, body: command }));
  }

  /** Deletes it for everybody. @throws ProblemError `forbidden` for who is not the owner */
  async delete(id: string): Promise<void> {
    await this.settle(unwrap(this.api.DELETE('/api/v1/conversations/{id}', { params: { path: { id } } })));
  }

  /**
   * Adds up to 100 people. @returns their memberships
   * @throws ProblemError `not_found` or `blocked` for one of them: then nobody is added
   */
  async addMembers(id: string, userIds: string[]): Promise<readonly Member[]> {
    const params = { path: { id } };
    const { items } = await unwrap(this.api.POST('/api/v1/conversations/{id}/members', { params, body: { userIds } }));
    return items;
  }

  /** Owners only. Giving `owner` away makes oneself an admin. */
  setRole(id: string, userId: string, role: Role): Promise<Member> {
    const params = { path: { id, userId } };
    return unwrap(this.api.PATCH('/api/v1/conversations/{id}/members/{userId}', { params, body: { role } }));
  }

  /** Owners remove anybody, admins members. */
  async removeMember(id: string, userId: string): Promise<void> {
    await unwrap(this.api.DELETE('/api/v1/conversations/{id}/members/{userId}', { params: { path: { id, userId } } }));
  }

  /** Mutes (`mutedUntil`: RFC 3339, null to end it), pins or archives, on all of one's devices. */
  setOwn(
    id: string,
    command: { mutedUntil?: string | null; pinned?: boolean; archived?: boolean },
  ): Promise<OwnMembership> {
    const params = { path: { id } };
    return this.settle(unwrap(this.api.PATCH('/api/v1/conversations/{id}/me', { params, body: command })));
  }

  private create(command: {
    type: Conversation['type'];
    title?: string | null;
    topic?: string | null;
    memberIds?: string[];
  }): Promise<Conversation> {
    return this.settle(unwrap(this.api.POST('/api/v1/conversations', { body: { id: newId(), ...command } })));
  }

  private async settle<T>(done: Promise<T>): Promise<T> {
    const result = await done;
    await this.settled();
    return result;
  }
}
