import { request } from './api.mjs';

const PASSWORD = 'correct horse battery';
const PEOPLE = 20;
/** So many people have two devices. */
const DOUBLE = 4;

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/**
 * Who talks where, by number: some conversations are shared by all, some by few. The first of `members` made it and stays.
 * `movers` come and go by themselves, `guests` are thrown out and taken in again by the first.
 */
const PLACES = [
  { name: 'hall', type: 'group', members: range(0, 19) },
  { name: 'room', type: 'room', members: range(0, 9), movers: range(6, 9) },
  { name: 'club', type: 'group', members: range(4, 14), guests: range(11, 14) },
  { name: 'table', type: 'group', members: range(15, 19), guests: range(17, 19) },
  // What is lost shows where nothing follows: hence many who seldom write.
  ...[0, 2, 4, 8, 12, 16].map((one) => ({ name: `pair ${one}`, type: 'direct', members: [one, one + 1] })),
];

/** Registers everybody. @returns the `AuthResult` of each device, with the number of its `person` */
export async function register(origin) {
  const post = async (path, body) => {
    const answer = await request(origin, 'POST', path, body);
    if (answer.status > 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const register = (person) => post('/auth/register', { username: `person${person}`, password: PASSWORD });
  const first = await Promise.all(range(0, PEOPLE - 1).map(register));
  const logIn = (person) => post('/auth/login', { login: `person${person}`, password: PASSWORD });
  const second = await Promise.all(range(0, DOUBLE - 1).map(logIn));
  return [...first, ...second].map((auth, index) => ({ person: index % PEOPLE, auth }));
}

/** Makes the conversations. @returns `PLACES` with ids in place of numbers, each with the `keeper`'s number */
export function makePlaces(origin, devices) {
  return Promise.all(
    PLACES.map(async ({ name, type, members, movers = [], guests = [] }) => {
      const [keeper] = members;
      const idsOf = (people) => people.map((person) => devices[person].auth.user.id);
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
