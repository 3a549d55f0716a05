import { createHmac } from 'node:crypto';

import type { Answer } from '../clients/rest.js';

type Json = Record<string, unknown>;

/** Header and claims of a token, without checking its signature. */
export function decodeJwt(token: string): { header: Answer['body']; claims: Answer['body'] } {
  const [header, claims] = token.split('.');
  return { header: decode(header), claims: decode(claims) };
}

/** Forges a token. @param secret the HMAC key; `null` leaves the signature empty */
export function forgeJwt(header: Json, claims: Json, secret: string | null, hash = 'sha256'): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${secret === null ? '' : createHmac(hash, secret).update(signed).digest('base64url')}`;
}

const encode = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url');
const decode = (part = ''): Answer['body'] => JSON.parse(Buffer.from(part, 'base64url').toString());
