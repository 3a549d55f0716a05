import createClient, { type Client } from 'openapi-fetch';

import type { paths } from '../generated/openapi.js';
import { answer, problemOf } from './http.js';
import type { TokenSession } from '../session/session.js';

/** Every REST route, typed by the server's OpenAPI document. Tokens are added, and refreshed when they have expired. */
export type Api = Client<paths>;

/**
 * @param url the server's origin
 * @param timeoutMs of a request, its answer included
 */
export function createApi(url: string, session: TokenSession, timeoutMs: number): Api {
  return createClient<paths>({
    baseUrl: url,
    fetch: async (request) => {
      const token = session.accessToken;
      const again = request.clone();
      const response = await answer(withToken(request, token), timeoutMs);
      const problem = response.status === 401 ? await problemOf(response) : null;
      if (!problem || token === null) return response;
      if (problem.code === 'token_expired') return answer(withToken(again, await session.refresh(token)), timeoutMs);
      await session.endsWith(problem.code);
      return response;
    },
  });
}

function withToken(request: Request, token: string | null): Request {
  if (token === null || request.headers.has('authorization')) return request;
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${token}`);
  return new Request(request, { headers });
}
