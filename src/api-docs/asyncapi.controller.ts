import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

import { Public } from '../delivery/http/route.decorators.js';
import { Commands } from '../realtime/gateway/commands.js';
import { type AsyncApiDocument, asyncApiDocument } from './asyncapi.js';

/** Serves the AsyncAPI document. The OpenAPI document does not list this route. */
@Controller('asyncapi.json')
@Public()
@ApiExcludeController()
export class AsyncApiController {
  private readonly json: AsyncApiDocument;

  constructor(commands: Commands) {
    this.json = asyncApiDocument(commands);
  }

  @Get()
  document(): AsyncApiDocument {
    return this.json;
  }
}
