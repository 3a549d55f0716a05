/** Signals of the platform. Browsers have a built-in one; React Native passes its own. */
export interface Environment {
  /**
   * Calls `wake` when the app comes to the foreground or the network returns.
   * @returns a function that unsubscribes
   * @example // React Native
   * watch: (wake) => { const s = AppState.addEventListener('change', (state) => { if (state === 'active') wake(); }); return () => s.remove(); }
   */
  watch(wake: () => void): () => void;
}

/** Uses the events of page and window. Does nothing without them, as in Node. */
export const platformEnvironment: Environment = {
  watch(wake) {
    if (typeof document === 'undefined' || typeof window === 'undefined') return () => undefined;
    const visible = (): void => {
      if (document.visibilityState === 'visible') wake();
    };
    document.addEventListener('visibilitychange', visible);
    window.addEventListener('online', wake);
    // The browser closed the sockets of a page that it restores from the back/forward cache.
    window.addEventListener('pageshow', wake);
    return () => {
      document.removeEventListener('visibilitychange', visible);
      window.removeEventListener('online', wake);
      window.removeEventListener('pageshow', wake);
    };
  },
};
