/** Coprime to every multiple of ten users, so that each stride visits all users in a different order. */
const STRIDES = [1, 3, 7, 9, 11, 13, 17, 19, 21, 23];

/** Members of a small room. */
export const ROOM_SIZE = 5;

/**
 * Rooms of five members, as user indexes. Each user is in ten rooms with different members.
 * @param count number of users, a multiple of ten
 */
export function tenRoomsEach(count) {
  return STRIDES.flatMap((stride) =>
    Array.from({ length: count / ROOM_SIZE }, (_, room) =>
      Array.from({ length: ROOM_SIZE }, (_, place) => ((room * ROOM_SIZE + place) * stride) % count),
    ),
  );
}

/** Number of senders with one conversation each. */
export const SENDER_COUNT = 256;

/** Rooms of five members of the crowd: room `n` has the members `n`, `n + step`, `n + 2 × step` …, so sender `n` is one. */
export function membersOf(count, crowd) {
  const step = count === SENDER_COUNT ? 101 : count;
  return Array.from({ length: count }, (_, room) =>
    Array.from({ length: ROOM_SIZE }, (_, place) => crowd[(room + place * step) % crowd.length]),
  );
}
