import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Declared, Relay } from './catalogue.ts';
import { PERIOD, row, type Graph } from './dashboard-graph.ts';
import { ofFunction, ofQueue } from './metrics.ts';
import type { Names } from './names.ts';

/** How far the relay is behind its stream, what it could not even report, and what it gave up. */
export function relayRow(names: Names, relay: Relay): cloudwatch.IWidget[] {
  const name = names.function(relay.name);
  return row(
    { title: `${name}: age in the stream`, unit: 'ms', metrics: [ofFunction(name, 'IteratorAge', PERIOD, 'Maximum').with({ label: 'oldest' })] },
    invocations(name),
    {
      title: `${name}: given up`,
      unit: 'messages',
      metrics: [ofQueue(names.failureQueue(relay.name), 'ApproximateNumberOfMessagesVisible', PERIOD).with({ label: 'batches' })],
    },
  );
}

/** How a function runs that a caller or a schedule starts: publishers, queries, sweepers. */
export function functionRow(names: Names, declared: Declared): cloudwatch.IWidget[] {
  const name = names.function(declared.name);
  const durations = ['p50', 'p99'].map((percentile) => ofFunction(name, 'Duration', PERIOD, percentile).with({ label: percentile }));
  return row(invocations(name), { title: `${name}: duration`, unit: 'ms', metrics: durations });
}

function invocations(name: string): Graph {
  return {
    title: `${name}: invocations`,
    unit: 'invocations',
    metrics: ['Invocations', 'Errors'].map((metric) =>
      ofFunction(name, metric, PERIOD, 'Sum').with({ label: metric.toLowerCase() })),
  };
}
