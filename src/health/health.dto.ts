import { JsonObject, Enum } from '../common/field.decorators.js';

export class HealthReportView {
  @Enum(['ok', 'degraded', 'error', 'shutting_down'])
  status!: string;

  @JsonObject({ description: 'The components that are up, by name.' })
  info!: object;

  @JsonObject({ description: 'The components that are down, by name.' })
  error!: object;

  @JsonObject({ description: 'All components, by name.' })
  details!: object;
}
