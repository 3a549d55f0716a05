import type { Conversation, Member, OwnMembership, Page, Role } from '../api-types.js';
import type { Api } from '../connection/api.js';
import { unwrap } from '../connection/http.js';
import { newId } from '../uuid.js';

/**
 * Creates, joins and changes conversations, as `client.conversations`. Each method rejects with ProblemError or
 * UnreachableError. The server publishes each change to all members.
 */
export class Conversations {
  /**
   * Use `client.conversations`.
   * @param synced waits until the local state includes the change
   */
  constructor(
    private readonly api: Api,
    private readonly synced: () => Promise<void>,
  ) {}

  /** Public rooms, by the beginning of their title. `me` is null in rooms that the user has not joined. */
  discover(query: { q?: string; limit?: number; cursor?: string } = {}): Promise<Page<Conversation>> {
    return unwrap(this.api.GET('/api/v1/conversations/discover', { params: { query } }));
  }

  /** @throws ProblemError `not_found` */
  get(id: string): Promise<Conversation> {
    return unwrap(this.api.GET('/api/v1/conversations/{id}', { params: { path: { id } } }));
  }

  /**
   * The direct conversation with a user: the existing one, or a new one.
   * @throws ProblemError `blocked`, `not_found`
   */
  createDirect(userId: string): Promise<Conversation> {
    return this.create({ type: 'direct', memberIds: [userId] });
  }

  /** @param command title: optional, 1–100 characters; up to 1,000 members including the user */
  createGroup(command: { title?: string | null; memberIds: string[] }): Promise<Conversation> {
    return this.create({ type: 'group', ...command });
  }

  /** Creates a public room. @param command title: 1–100 characters; topic: up to 500 */
  createRoom(command: { title: string; topic?: string | null; memberIds?: string[] }): Promise<Conversation> {
    return this.create({ type: 'room', ...command });
  }

  /** Joins a public room. @throws ProblemError `not_found` */
  join(id: string): Promise<Conversation> {
    return this.afterSync(unwrap(this.api.POST('/api/v1/conversations/{id}/join', { params: { path: { id } } })));
  }

  /** @throws ProblemError `forbidden` for a direct conversation; archive it instead */
  async leave(id: string): Promise<void> {
    await this.afterSync(unwrap(this.api.POST('/api/v1/conversations/{id}/leave', { params: { path: { id } } })));
  }

  /** Changes title or topic. @throws ProblemError `forbidden` unless the user is an owner or admin */
  update(id: string, command: { title?: string | null; topic?: string | null }): Promise<Conversation> {
    return unwrap(this.api.PATCH('/api/v1/conversations/{id}', { params: { path: { id } }, body: command }));
  }

  /** Deletes the conversation for all members. @throws ProblemError `forbidden` unless the user is the owner */
  async delete(id: string): Promise<void> {
    await this.afterSync(unwrap(this.api.DELETE('/api/v1/conversations/{id}', { params: { path: { id } } })));
  }

  /**
   * Adds up to 100 users.
   * @returns their memberships
   * @throws ProblemError `not_found` or `blocked` for any of them; then none is added
   */
  async addMembers(id: string, userIds: string[]): Promise<readonly Member[]> {
    const params = { path: { id } };
    const { items } = await unwrap(this.api.POST('/api/v1/conversations/{id}/members', { params, body: { userIds } }));
    return items;
  }

  /** Changes a member's role. Owners only; giving `owner` away makes the user an admin. */
  setRole(id: string, userId: string, role: Role): Promise<Member> {
    const params = { path: { id, userId } };
    return unwrap(this.api.PATCH('/api/v1/conversations/{id}/members/{userId}', { params, body: { role } }));
  }

  /** Removes a member. Owners may remove anyone, admins may remove members. */
  async removeMember(id: string, userId: string): Promise<void> {
    await unwrap(this.api.DELETE('/api/v1/conversations/{id}/members/{userId}', { params: { path: { id, userId } } }));
  }

  /** Mutes (`mutedUntil`: RFC 3339, null to unmute), pins or archives a conversation on all of the user's devices. */
  setOwn(
    id: string,
    command: { mutedUntil?: string | null; pinned?: boolean; archived?: boolean },
  ): Promise<OwnMembership> {
    const params = { path: { id } };
    return this.afterSync(unwrap(this.api.PATCH('/api/v1/conversations/{id}/me', { params, body: command })));
  }

  private create(command: {
    type: Conversation['type'];
    title?: string | null;
    topic?: string | null;
    memberIds?: string[];
  }): Promise<Conversation> {
    return this.afterSync(unwrap(this.api.POST('/api/v1/conversations', { body: { id: newId(), ...command } })));
  }

  private async afterSync<T>(done: Promise<T>): Promise<T> {
    const result = await done;
    await this.synced();
    return result;
  }
}
