import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';

/** What a point of a graph stands for. */
export const PERIOD = Duration.minutes(1);

/** A dashboard is 24 units wide. */
export const WHOLE_WIDTH = 24;

export interface Graph {
  readonly title: string;
  /** What its numbers are. */
  readonly unit: 'messages' | 'invocations' | 'ms' | 's';
  readonly metrics: cloudwatch.Metric[];
  /** In another unit, at the right. */
  readonly right?: { readonly unit: Graph['unit']; readonly metrics: cloudwatch.Metric[] };
}

/** Graphs beside each other, over the whole width. */
export function row(...graphs: Graph[]): cloudwatch.IWidget[] {
  return graphs.map(({ title, unit, metrics, right }) => new cloudwatch.GraphWidget({
    title,
    width: WHOLE_WIDTH / graphs.length,
    height: 6,
    left: metrics,
    leftYAxis: axis(unit),
    ...(right && { right: right.metrics, rightYAxis: axis(right.unit) }),
  }));
}

function axis(label: string): cloudwatch.YAxisProps {
  // From zero, or a flat line looks like a mountain range.
  return { label, min: 0, showUnits: false };
}
