import FindMyWay, { type HTTPMethod } from 'find-my-way';

/** The routes that exist, to tell a wrong method (405) from a wrong path (404). */
export class RouteTable {
  private readonly router = FindMyWay();
  private readonly methods = new Set<HTTPMethod>();

  /** Notes one route. Wildcards, which plugins make, say nothing about what exists. */
  add(method: string | readonly string[], url: string): void {
    if (url.includes('*')) return;
    for (const name of typeof method === 'string' ? [method] : method) {
      const verb = name as HTTPMethod;
      if (this.router.hasRoute(verb, url)) continue;
      this.methods.add(verb);
      this.router.on(verb, url, () => undefined);
    }
  }

  /** The methods that a path takes; none when there is nothing at it. */
  methodsOf(url: string): string[] {
    const [path = '/'] = url.split('?', 1);
    return [...this.methods].filter((method) => this.isRoute(method, path)).sort();
  }

  /** A parameter stands for something: with nothing in its place, a path is none. */
  private isRoute(method: HTTPMethod, path: string): boolean {
    const found = this.router.find(method, path);
    return found !== null && Object.values(found.params).every((parameter) => parameter !== '');
  }
}
