import { ProblemError, UnreachableError } from '../errors.js';
import type { Problem } from '../api-types.js';

/** Sends a request. @throws UnreachableError when there is no answer within that time */
export async function answer(request: Request, timeoutMs: number): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const abort = (): void => timeout.abort();
  request.signal.addEventListener('abort', abort);
  try {
    const response = await fetch(new Request(request, { signal: timeout.signal }));
    // The body is part of the answer: a connection that dies half way has not given one.
    const body = response.status === 204 ? null : await response.arrayBuffer();
    return new Response(body, response);
  } catch (error) {
    throw new UnreachableError(undefined, { cause: error });
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', abort);
  }
}

/** The error object of an answer, where it is one. */
export async function problemOf(response: Response): Promise<Problem | null> {
  if (response.ok || !/json/.test(response.headers.get('content-type') ?? '')) return null;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return isProblem(body) ? body : null;
}

/** Whether it is the server's error object. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value && 'detail' in value;
}

/**
 * Unwraps what an openapi-fetch call gave.
 * @throws ProblemError for the server's refusal, UnreachableError for an answer that is not the server's
 */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (isProblem(error)) throw new ProblemError(error);
  // A proxy that answers in the server's place.
  if (!response.ok) throw new UnreachableError(`The answer was ${response.status}, and not the server's.`);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- An answer without a body is of type undefined.
  return data as T;
}
