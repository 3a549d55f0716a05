import { DataSource } from 'typeorm';

import { ENTITIES } from './src/entities.js';
import { readEnv } from './src/infrastructure/config/env.js';
import { dataSourceOptions } from './src/infrastructure/database/data-source.js';

/** For TypeORM's command line: the same database, entities and migrations as the server's. */
export const dataSource = new DataSource(dataSourceOptions(readEnv(), ENTITIES));
