import { request } from './api.mjs';

const PASSWORD = 'correct horse battery';
const USERS = 20;
/** Number of users with a second device. */
const SECOND_DEVICES = 4;

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/**
 * The conversations of a trial, with their members by number. The first of `members` creates the conversation and stays.
 * `movers` join and leave by themselves; the first member removes and adds `guests`.
 */
const CONVERSATIONS = [
  { name: 'hall', type: 'group', members: range(0, 19) },
  { name: 'room', type: 'room', members: range(0, 9), movers: range(6, 9) },
  { name: 'club', type: 'group', members: range(4, 14), guests: range(11, 14) },
  { name: 'table', type: 'group', members: range(15, 19), guests: range(17, 19) },
  // A lost event shows where no later event follows it: hence several quiet conversations.
  ...[0, 2, 4, 8, 12, 16].map((one) => ({ name: `pair ${one}`, type: 'direct', members: [one, one + 1] })),
];

/** Registers all users. @returns the `AuthResult` of each device, with the number of its `user` */
export async function register(origin) {
  const post = async (path, body) => {
    const answer = await request(origin, 'POST', path, body);
    if (answer.status > 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const register = (user) => post('/auth/register', { username: `user${user}`, password: PASSWORD });
  const first = await Promise.all(range(0, USERS - 1).map(register));
  const logIn = (user) => post('/auth/login', { login: `user${user}`, password: PASSWORD });
  const second = await Promise.all(range(0, SECOND_DEVICES - 1).map(logIn));
  return [...first, ...second].map((auth, index) => ({ user: index % USERS, auth }));
}

/** Creates the conversations. @returns them with user ids, and with the number of the first member as `keeper` */
export function createConversations(origin, devices) {
  return Promise.all(
    CONVERSATIONS.map(async ({ name, type, members, movers = [], guests = [] }) => {
      const [keeper] = members;
      const idsOf = (users) => users.map((user) => devices[user].auth.user.id);
      const title = type === 'direct' ? {} : { title: name };
      const body = { type, ...title, memberIds: idsOf(members.slice(1)) };
      const answer = await request(origin, 'POST', '/conversations', body, devices[keeper].auth.accessToken);
      if (answer.status !== 201) throw new Error(`${name}: ${JSON.stringify(answer.body)}`);
      return {
        name,
        id: answer.body.id,
        keeper,
        keeperId: idsOf([keeper])[0],
        movers: idsOf(movers),
        guests: idsOf(guests),
      };
    }),
  );
}
