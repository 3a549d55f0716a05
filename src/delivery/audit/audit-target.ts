import { isUuid } from '../validation/schemas.js';
import type { AuditTarget } from './audit-log.js';

/**
 * The ids in a path, named by resource: `/conversations/:id/members/:userId` has a `conversationId` and a `userId`.
 * @param template of the route
 */
export function targetOfPath(template: string, values: Readonly<Record<string, string>>): AuditTarget {
  const names = Array.from(template.matchAll(/\/(\w+)\/:(\w+)/g), ([, of = '', name = '']): [string, string] => [
    name,
    name === 'id' ? idName(of.replace(/s$/, '')) : name,
  ]);
  return idsOf(values, new Map(names));
}

/** The ids in a command's payload: `message:delete {id}` has a `messageId`. @param payload possibly not validated */
export function targetOfCommand(command: string, payload: unknown): AuditTarget {
  if (typeof payload !== 'object' || payload === null) return {};
  const [of = ''] = command.split(':', 1);
  return idsOf(
    { ...payload },
    new Map([
      ['id', idName(of)],
      ['conversationId', 'conversationId'],
      ['userId', 'userId'],
    ]),
  );
}

function idsOf(values: Readonly<Record<string, unknown>>, names: ReadonlyMap<string, string>): AuditTarget {
  const ids: Record<string, string> = {};
  for (const [name, as] of names) {
    const value = values[name];
    if (typeof value === 'string' && isUuid(value)) ids[as] = value.toLowerCase();
  }
  return ids;
}

const idName = (of: string): string => `${of}Id`;
