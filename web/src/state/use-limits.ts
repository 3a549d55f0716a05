import type { Limits } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient, useValue } from './client-context.js';

/**
 * Limits and features of this server, from `GET /api/v1/config`; null until they are loaded. A failed request is repeated
 * when the connection changes.
 */
export function useLimits(): Limits | null {
  const client = useClient();
  const { status } = useValue(client.connection);
  const [limits, setLimits] = useState<Limits | null>(null);
  useEffect(() => {
    client.limits().then(setLimits, () => undefined);
  }, [client, status]);
  return limits;
}
