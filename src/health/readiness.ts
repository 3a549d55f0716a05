/** Whether this node takes traffic. */
export class Readiness {
  private isDraining = false;

  get draining(): boolean {
    return this.isDraining;
  }

  /** From now on, `/health/ready` answers 503, and a balancer sends traffic to other nodes. */
  startDraining(): void {
    this.isDraining = true;
  }
}
