import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

/** Sends the headers of a request and waits until the server has accepted it. */
export async function requestWithoutBody(url: string, length: number, token: string): Promise<ClientRequest> {
  const sent = request(url, {
    method: 'POST',
    // Like a proxy that keeps connections alive.
    agent: new Agent({ keepAlive: true }),
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': length,
      expect: '100-continue',
    },
  });
  sent.flushHeaders();
  await new Promise((resolve, reject) => {
    sent.once('continue', resolve);
    sent.once('error', reject);
  });
  return sent;
}

/** Sends the body. @returns the answer */
export async function finishRequest(
  sent: ClientRequest,
  body: string,
): Promise<{ status: number | undefined; answer: unknown }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
    sent.end(body);
  });
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, answer: JSON.parse(text) };
}
