import { type INestApplication, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';

/** A route as its controller declares it. */
interface ControllerRoute {
  /** `METHOD /path/{parameter}`, without the prefix of the API. */
  readonly name: string;
  /** The method of the controller, which holds the route's metadata. */
  readonly handler: object;
  /** Whether a parameter of the method receives the body. */
  readonly takesBody: boolean;
}

/** Every route of the application's controllers, from the metadata of Nest's decorators. */
export function controllerRoutes(app: INestApplication): ControllerRoute[] {
  const found: ControllerRoute[] = [];
  for (const { controllers } of app.get(ModulesContainer).values()) {
    for (const { metatype } of controllers.values()) {
      for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(metatype?.prototype ?? {}))) {
        if (typeof value !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, value)) continue;
        const path = [Reflect.getMetadata(PATH_METADATA, metatype!), Reflect.getMetadata(PATH_METADATA, value)];
        const route = `/${path.join('/')}`
          .replaceAll(/\/{2,}/g, '/')
          .replace(/\/$/, '')
          .replace(/:(\w+)/g, '{$1}');
        const parameters: object = Reflect.getMetadata(ROUTE_ARGS_METADATA, metatype!, key) ?? {};
        found.push({
          name: `${RequestMethod[Reflect.getMetadata(METHOD_METADATA, value)]} ${route}`,
          handler: value,
          takesBody: Object.keys(parameters).some((each) => each.startsWith(`${RouteParamtypes.BODY}:`)),
        });
      }
    }
  }
  return found;
}
