import { JsonObject, Enum } from '../common/field.decorators.js';

export class HealthReportView {
  @Enum(['ok', 'degraded', 'error', 'shutting_down'])
  status!: string;

  @JsonObject({ description: 'What is up, by name.' })
  info!: object;

  @JsonObject({ description: 'What is down, by name.' })
  error!: object;

  @JsonObject({ description: 'Both.' })
  details!: object;
}
