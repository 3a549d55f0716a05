/** Prime to any count of users that ends in a zero: each makes another order of them. */
const STRIDES = [1, 3, 7, 9, 11, 13, 17, 19, 21, 23];

export const SMALL = 5;

/** Rooms of five, so that each user is in ten of them, with others each time. @param count of users, a multiple of ten */
export function tenRoomsEach(count) {
  return STRIDES.flatMap((stride) =>
    Array.from({ length: count / SMALL }, (_, room) =>
      Array.from({ length: SMALL }, (_, place) => ((room * SMALL + place) * stride) % count),
    ),
  );
}

/** Senders with a conversation of their own each. */
export const MANY = 256;

/** Members `n`, `n + count`, `n + 2 × count` … of the crowd in room `n`, five of them, so that sender `n` is one. */
export function membersOf(count, crowd) {
  const step = count === MANY ? 101 : count;
  return Array.from({ length: count }, (_, room) =>
    Array.from({ length: SMALL }, (_, place) => crowd[(room + place * step) % crowd.length]),
  );
}
