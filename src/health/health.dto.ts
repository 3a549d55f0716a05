import { Free, OneOf } from '../common/field.decorators.js';

export class HealthReportView {
  @OneOf(['ok', 'degraded', 'error', 'shutting_down'])
  status!: string;

  @Free({ description: 'What is up, by name.' })
  info!: object;

  @Free({ description: 'What is down, by name.' })
  error!: object;

  @Free({ description: 'Both.' })
  details!: object;
}
