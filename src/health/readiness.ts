/** Whether this node takes traffic. */
export class Readiness {
  private isDraining = false;

  get draining(): boolean {
    return this.isDraining;
  }

  /** From here on, `/health/ready` sends traffic elsewhere. */
  startDraining(): void {
    this.isDraining = true;
  }
}
