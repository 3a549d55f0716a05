import FindMyWay, { type HTTPMethod } from 'find-my-way';

/** The registered routes, by which a wrong method (405) is distinguished from a wrong path (404). */
export class RouteTable {
  private readonly router = FindMyWay();
  private readonly methods = new Set<HTTPMethod>();

  /** Adds a route. Wildcard routes, which plugins register, are ignored. */
  add(method: string | readonly string[], url: string): void {
    if (url.includes('*')) return;
    for (const name of typeof method === 'string' ? [method] : method) {
      const verb = name as HTTPMethod;
      if (this.router.hasRoute(verb, url)) continue;
      this.methods.add(verb);
      this.router.on(verb, url, () => undefined);
    }
  }

  /** The methods of a path, sorted; empty when no route matches. */
  methodsOf(url: string): string[] {
    const [path = '/'] = url.split('?', 1);
    return [...this.methods].filter((method) => this.isRoute(method, path)).sort();
  }

  /** A path whose parameter is empty does not match. */
  private isRoute(method: HTTPMethod, path: string): boolean {
    const found = this.router.find(method, path);
    return found !== null && Object.values(found.params).every((parameter) => parameter !== '');
  }
}
