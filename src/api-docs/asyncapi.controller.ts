import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

import { Public } from '../delivery/http/route.decorators.js';
import { type AsyncApiDocument, asyncApiDocument } from './asyncapi.js';
import { Commands } from '../realtime/gateway/commands.js';

/** Serves the AsyncAPI document beside the OpenAPI document, which does not describe it. */
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
