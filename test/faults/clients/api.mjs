/** Longest wait for an answer, before a retry. */
export const ANSWER_MS = 5_000;

/** No answer: the request may have succeeded, may still succeed, or never. */
export class Unanswered extends Error {
  name = 'Unanswered';
}

const ENDED = new Set(['session_revoked', 'token_reused', 'invalid_credentials']);

/** REST for one session. Each request uses a new connection, so that any node may answer. */
export class Api {
  #refreshing = null;
  /** The error code that ended the session; null while it is valid. */
  endedBy = null;

  /** @param auth an `AuthResult`; @param onEnded called once, when the session ends */
  constructor(origin, auth, onEnded = () => {}) {
    this.origin = origin;
    this.auth = auth;
    this.onEnded = onEnded;
  }

  get token() {
    return this.auth.accessToken;
  }

  /** @returns `{status, body}`; refreshes an expired token for the next request. @throws Unanswered */
  async send(method, path, body) {
    const { token } = this;
    const answer = await request(this.origin, method, path, body, token);
    if (answer.status === 401) await this.onRefused(token, answer.body.code);
    return answer;
  }

  /** Refreshes a refused token, unless it was replaced already. @throws Unanswered */
  async onRefused(token, code) {
    if (ENDED.has(code)) this.#end(code);
    else if (token === this.token) await this.refresh();
  }

  /** Refreshes the tokens. Concurrent calls share one request. @throws Unanswered */
  refresh() {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refresh() {
    const { refreshToken } = this.auth;
    const { status, body } = await request(this.origin, 'POST', '/auth/refresh', { refreshToken });
    if (status === 200) this.auth = body;
    else if (ENDED.has(body.code) || status === 401) this.#end(body.code);
  }

  #end(code) {
    if (this.endedBy !== null) return;
    this.endedBy = code;
    this.onEnded(code);
  }
}

/** @throws Unanswered */
export async function request(origin, method, path, body, token) {
  try {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: {
        connection: 'close',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  } catch (error) {
    throw new Unanswered(`${method} ${path}: ${error.message}`, { cause: error });
  }
}
