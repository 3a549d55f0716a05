import type { Limits } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient } from './client-context.js';

/** What this server allows and offers; null until it is known. */
export function useLimits(): Limits | null {
  const client = useClient();
  const [limits, setLimits] = useState<Limits | null>(null);
  useEffect(() => {
    client.limits().then(setLimits, () => undefined);
  }, [client]);
  return limits;
}
