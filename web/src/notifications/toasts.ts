import type { Observable } from '@gochat/client';
import { ProblemError, UnreachableError } from '@gochat/client';

/** A short message that disappears after `TOAST_MS`, or when the user dismisses it. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'info' | 'error';
}

const TOAST_MS = 6_000;
const MAX_TOASTS = 3;

let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function setToasts(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of [...listeners]) listener();
}

export const allToasts: Observable<readonly Toast[]> = {
  getSnapshot: () => toasts,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function toast(text: string, kind: Toast['kind'] = 'info'): void {
  last += 1;
  const id = last;
  setToasts([...toasts, { id, text, kind }].slice(-MAX_TOASTS));
  setTimeout(() => dismissToast(id), TOAST_MS);
}

export function dismissToast(id: number): void {
  setToasts(toasts.filter((shown) => shown.id !== id));
}

/** Error message for the user: the server's text for a rejected request, or a generic one. */
export function errorText(error: unknown): string {
  if (error instanceof UnreachableError) return 'Cannot reach the server. Check your connection and try again.';
  if (error instanceof ProblemError) return error.problem.errors?.[0]?.message ?? error.problem.detail;
  return 'Something went wrong. Try again.';
}

/** Waits for a request, and shows a toast if it fails. @returns whether it succeeded */
export async function attempt(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    toast(errorText(error), 'error');
    return false;
  }
}
