import createClient, { type Client } from 'openapi-fetch';

import type { paths } from '../generated/openapi.js';
import type { TokenSession } from '../session/session.js';
import { sendRequest, readProblem } from './http.js';

/**
 * Every REST route, typed by the server's OpenAPI document. Requests carry the access token; an expired token is
 * refreshed.
 */
export type Api = Client<paths>;

/**
 * @param url the server's origin
 * @param timeoutMs time limit for a request, including its body
 */
export function createApi(url: string, session: TokenSession, timeoutMs: number): Api {
  return createClient<paths>({
    baseUrl: url,
    fetch: async (request) => {
      const token = session.accessToken;
      const again = request.clone();
      const response = await sendRequest(withToken(request, token), timeoutMs);
      const problem = response.status === 401 ? await readProblem(response) : null;
      if (!problem || token === null) return response;
      if (problem.code === 'token_expired')
        return sendRequest(withToken(again, await session.refresh(token)), timeoutMs);
      await session.endIfOver(problem.code);
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
