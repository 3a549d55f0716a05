import { DataSource } from 'typeorm';

import { ENTITIES } from './src/entities.js';
import { readEnv } from './src/infrastructure/config/env.js';
import { dataSourceOptions } from './src/infrastructure/database/data-source.js';

/** The data source of TypeORM's command line: the server's database, entities and migrations. */
export const dataSource = new DataSource(dataSourceOptions(readEnv(), ENTITIES));
