import { describe, expect, it } from '@jest/globals';

import { RouteTable } from './route-table.js';

describe('the methods of a path', () => {
  const routes = new RouteTable();
  routes.add('GET', '/api/v1/messages');
  routes.add('POST', '/api/v1/messages');
  routes.add(['GET', 'HEAD'], '/api/v1/messages/:id');
  routes.add('DELETE', '/api/v1/messages/:id');
  routes.add('GET', '/api/v1/messages/search');
  routes.add('OPTIONS', '*');

  it.each([
    ['/api/v1/messages', ['GET', 'POST']],
    ['/api/v1/messages?limit=1', ['GET', 'POST']],
    ['/api/v1/messages/123', ['DELETE', 'GET', 'HEAD']],
    ['/api/v1/messages/%F0%9F%A6%8A', ['DELETE', 'GET', 'HEAD']],
    ['/api/v1/messages/123/more', []],
    ['/api/v1/messages/', []],
    ['/api/v1/message', []],
    ['/api/v1', []],
    ['/', []],
    ['?limit=1', []],
    ['', []],
    ['*', []],
    ['/api/v1/messages/%zz', []],
  ])('of %p are %j', (url, methods) => {
    expect(routes.methodsOf(url)).toEqual(methods);
  });

  it('are listed once when a route is registered twice', () => {
    expect(() => routes.add('GET', '/api/v1/messages')).not.toThrow();
    expect(routes.methodsOf('/api/v1/messages')).toEqual(['GET', 'POST']);
  });

  it('are empty in a table without routes', () => {
    expect(new RouteTable().methodsOf('/')).toEqual([]);
  });
});
