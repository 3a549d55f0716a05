import { EnvError, readEnv } from './env.js';

/** The faults that `readEnv` reports for these variables, one line each; empty if it accepts them. */
export function envFaults(source: Record<string, string>): string[] {
  try {
    readEnv(source);
  } catch (error) {
    if (error instanceof EnvError)
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
}
