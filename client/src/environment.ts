/** What the platform tells of itself. */
export interface Environment {
  /**
   * Calls back when the app comes to the front, or the network comes back.
   * @returns what ends it
   * @example // React Native
   * watch: (wake) => { const s = AppState.addEventListener('change', (state) => { if (state === 'active') wake(); }); return () => s.remove(); }
   */
  watch(wake: () => void): () => void;
}

/** Browsers tell by events of page and window; where there are none, as in Node, nothing happens. */
export const platformEnvironment: Environment = {
  watch(wake) {
    if (typeof document === 'undefined' || typeof window === 'undefined') return () => undefined;
    const visible = (): void => {
      if (document.visibilityState === 'visible') wake();
    };
    document.addEventListener('visibilitychange', visible);
    window.addEventListener('online', wake);
    // A page that comes out of the back/forward cache had its sockets closed.
    window.addEventListener('pageshow', wake);
    return () => {
      document.removeEventListener('visibilitychange', visible);
      window.removeEventListener('online', wake);
      window.removeEventListener('pageshow', wake);
    };
  },
};
