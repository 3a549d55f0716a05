import type { Problem } from '../api-types.js';
import { ProblemError, UnreachableError } from '../errors.js';

/** Sends a request. @throws UnreachableError without an answer within the time limit */
export async function sendRequest(request: Request, timeoutMs: number): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const abort = (): void => timeout.abort();
  request.signal.addEventListener('abort', abort);
  try {
    const response = await fetch(new Request(request, { signal: timeout.signal }));
    // The body is part of the answer: a connection that breaks halfway has not delivered one.
    const body = response.status === 204 ? null : await response.arrayBuffer();
    return new Response(body, response);
  } catch (error) {
    throw new UnreachableError(undefined, { cause: error });
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', abort);
  }
}

/** @returns the error object of a response, or null */
export async function readProblem(response: Response): Promise<Problem | null> {
  if (response.ok || !/json/.test(response.headers.get('content-type') ?? '')) return null;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return isProblem(body) ? body : null;
}

/** Whether a value is the server's error object. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value && 'detail' in value;
}

/**
 * Returns the data of an openapi-fetch call.
 * @throws ProblemError when the server rejected the request, UnreachableError for an answer of another origin
 */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (isProblem(error)) throw new ProblemError(error);
  // A proxy answered instead of the server.
  if (!response.ok)
    throw new UnreachableError(`Something other than the server answered, with status ${response.status}.`);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- An answer without a body is of type undefined.
  return data as T;
}
