/** Whoever waits longer for an answer asks again. */
export const ANSWER_MS = 5_000;

/** No answer came: what was asked may have happened, may happen yet, or never. */
export class Unanswered extends Error {
  name = 'Unanswered';
}

const ENDED = new Set(['session_revoked', 'token_reused', 'invalid_credentials']);

/** REST as one session of a user speaks it, on a connection of its own each time: any node may answer. */
export class Api {
  #refreshing = null;
  /** The code with which the server ended the session; null while it lives. */
  endedBy = null;

  /** @param auth the `AuthResult`; @param onEnded called once should the session end */
  constructor(origin, auth, onEnded = () => {}) {
    this.origin = origin;
    this.auth = auth;
    this.onEnded = onEnded;
  }

  get token() {
    return this.auth.accessToken;
  }

  /** @returns `{status, body}`; an expired token is refreshed for the next time. @throws Unanswered */
  async ask(method, path, body) {
    const { token } = this;
    const answer = await request(this.origin, method, path, body, token);
    if (answer.status === 401) await this.distrust(token, answer.body.code);
    return answer;
  }

  /** Somebody refused that token: gets another one, unless it is another one already. @throws Unanswered */
  async distrust(token, code) {
    if (ENDED.has(code)) this.#end(code);
    else if (token === this.token) await this.refresh();
  }

  /** A new pair of tokens; who asks meanwhile gets the same. @throws Unanswered */
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
