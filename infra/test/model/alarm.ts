import assert from 'node:assert/strict';
import { evaluate } from './math.ts';
import { keyOf, type Metrics } from './metrics.ts';

/** The numbers of an alarm's periods, the newest first: nothing where a period has none. */
export type Points = (back: number) => number | undefined;

/**
 * Whether an alarm of a template is in ALARM, by the rules of CloudWatch (user guide: alarm evaluation; configuring how CloudWatch alarms treat missing
 * data). It looks at more periods than the alarm says, the evaluation range. Where none of its own periods is missing, those count. Where some are, the
 * newest that are there count, as many as it has periods; where even the range has fewer, the missing are what `TreatMissingData` says.
 * How much longer the range is, AWS does not say: in its examples by two periods.
 */
export class Alarm {
  readonly name: string;
  readonly #periods: number;
  readonly #of: number;
  readonly #threshold: number;
  /** Of a period, in minutes. */
  readonly minutes: number;
  #seen: Metrics | undefined;
  #points = new Map<number, number | undefined>();
  readonly #point: (metrics: Metrics, first: number) => number | undefined;

  constructor(properties: any) {
    this.name = properties.AlarmName;
    // All that the templates use; anything else must not be taken for it.
    assert.equal(properties.ComparisonOperator, 'GreaterThanThreshold', this.name);
    assert.equal(properties.TreatMissingData, 'notBreaching', this.name);
    this.#of = properties.EvaluationPeriods;
    this.#periods = properties.DatapointsToAlarm ?? this.#of;
    this.#threshold = properties.Threshold;
    const metrics: any[] = properties.Metrics ?? [];
    const formula = metrics.find(({ Expression }) => Expression !== undefined)?.Expression as string | undefined;
    const parts = new Map(metrics.filter(({ MetricStat }) => MetricStat).map(({ Id, MetricStat }) => [Id as string, partOf(MetricStat.Metric, MetricStat.Stat, MetricStat.Period)]));
    const alone = formula === undefined ? partOf(properties, properties.Statistic ?? properties.ExtendedStatistic, properties.Period) : undefined;
    this.minutes = (alone ?? [...parts.values()][0]!).minutes;
    for (const part of parts.values()) assert.equal(part.minutes, this.minutes, this.name);
    this.#point = alone
      ? (held, first) => held.read(alone.key, alone.statistic, first, alone.minutes)
      : (held, first) => evaluate(formula!, (id) => {
        const part = parts.get(id) ?? assert.fail(`${this.name}: ${id} is no metric of it`);
        return held.read(part.key, part.statistic, first, part.minutes);
      });
  }

  /** Each period's number is looked at by many evaluations. The metrics of an outage are complete before the first. */
  #known(metrics: Metrics, first: number): number | undefined {
    if (this.#seen !== metrics) [this.#seen, this.#points] = [metrics, new Map()];
    if (!this.#points.has(first)) this.#points.set(first, this.#point(metrics, first));
    return this.#points.get(first);
  }

  /** At the end of the minute before `now`, where the numbers of the last `late` minutes have not come yet. */
  rings(metrics: Metrics, now: number, late = 0): boolean {
    const newest = Math.floor(now / this.minutes) * this.minutes;
    const points: Points = (back) => {
      const first = newest - (back + 1) * this.minutes;
      // Of a period of which a part has not come, there is what has come; of these, that is nothing.
      return first + this.minutes > now - late ? this.#point(NOTHING, first) : this.#known(metrics, first);
    };
    return isBreached(points, this.#periods, this.#of, this.#threshold);
  }
}

/** As the examples have it: five periods for an alarm of three. */
const BEYOND = 2;
const NOTHING = { read: () => undefined } as unknown as Metrics;

export function isBreached(points: Points, periods: number, of: number, threshold: number): boolean {
  const range = Array.from({ length: of + BEYOND }, (_, back) => points(back));
  const own = range.slice(0, of);
  const there = range.filter((point) => point !== undefined);
  const counted = own.includes(undefined) ? there.slice(0, of) : own;
  return counted.filter((point) => point! > threshold).length >= periods;
}

function partOf(metric: any, statistic: string, period: number): { key: string; statistic: string; minutes: number } {
  const of = metric.Dimensions.filter(({ Name }: any) => Name !== 'Service').map(({ Value }: any) => Value);
  return { key: keyOf(metric.Namespace, metric.MetricName, of.join(' ')), statistic, minutes: period / 60 };
}
