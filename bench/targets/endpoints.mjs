/** How the load generator talks to GoChat: when a socket is ready, and where. */
export const GOCHAT = { path: '/api/v1/ws', ready: '42["session:ready"' };

/** The same for the peers, which say `ready` when a socket is in its rooms. */
export const PEER = { path: '/socket.io', ready: '42["ready"' };

/** The same for ejabberd. */
export const XMPP = { protocol: 'xmpp' };
