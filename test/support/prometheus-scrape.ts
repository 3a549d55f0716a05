import type { TestServer } from '../harness/server.js';
import { partsOf, samplesOf } from './prometheus-text.js';

/** The samples of one scrape, by name and labels. */
export class PrometheusScrape {
  private constructor(private readonly samples: ReadonlyMap<string, number>) {}

  /** Scrapes every node of a server with METRICS_PORT. @returns the sums */
  static async of({ nodes }: TestServer): Promise<PrometheusScrape> {
    const samples = new Map<string, number>();
    for (const { metricsPort } of nodes) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      for (const [series, value] of samplesOf(text)) samples.set(series, (samples.get(series) ?? 0) + value);
    }
    return new PrometheusScrape(samples);
  }

  /** The sample with exactly these labels; 0 if there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    for (const [series, value] of this.samples) {
      const [metric, inside] = partsOf(series);
      if (metric === name && [...inside].sort().join() === wanted.sort().join()) return value;
    }
    return 0;
  }

  /** All values of a label. */
  labels(name: string, label: string): Set<string> {
    const values = new Set<string>();
    for (const series of this.samples.keys()) {
      const [metric, inside] = partsOf(series);
      const found = inside.find((each) => each.startsWith(`${label}="`));
      if (metric === name && found !== undefined) values.add(found.slice(label.length + 2, -1));
    }
    return values;
  }

  /** The number of samples. */
  get size(): number {
    return this.samples.size;
  }
}
