/**
 * Metrics whose values are made when they are asked for, from rows with labels that are made once a scrape: nothing is looked up
 * by its labels, and each metric gets a turn of the event loop of its own. Thousands of partitions have tens of thousands
 * of series, and copying must not stand still for them.
 */
import { Counter, type CounterConfiguration, Gauge, type GaugeConfiguration } from 'prom-client';

export interface RowValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
/** Asked at once; answered in its turn. */
export type RowValues = () => Promise<RowValue[]>;

export class RowCounter extends Counter {
  readonly #values: RowValues;

  constructor(settings: CounterConfiguration<string>, values: RowValues) {
    super(settings);
    this.#values = values;
  }

  override async get(): ReturnType<Counter['get']> {
    const [about, values] = await Promise.all([super.get(), this.#values()]);
    return { ...about, values };
  }
}

export class RowGauge extends Gauge {
  readonly #values: RowValues;

  constructor(settings: GaugeConfiguration<string>, values: RowValues) {
    super(settings);
    this.#values = values;
  }

  override async get(): ReturnType<Gauge['get']> {
    const [about, values] = await Promise.all([super.get(), this.#values()]);
    return { ...about, values };
  }
}
