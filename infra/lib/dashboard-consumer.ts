import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { commandOf, type Consumer } from './catalogue.ts';
import { PERIOD, row } from './dashboard-graph.ts';
import { counted, measured, ofQueue } from './metrics.ts';
import type { Names } from './names.ts';

/** What the consumer has done, how long it took, how old it was, and what waits. */
export function consumerRow(names: Names, consumer: Consumer): cloudwatch.IWidget[] {
  const name = names.function(consumer.name);
  const count = (metric: 'Processed' | 'Failures' | 'Duplicates', label: string) =>
    counted(names, consumer, metric, PERIOD).with({ label });
  const percentiles = (metric: 'ProcessingTime' | 'Age') =>
    ['p50', 'p99'].map((percentile) => measured(names, consumer, metric, PERIOD, percentile).with({ label: percentile }));
  return row(
    {
      title: `${name}: messages`,
      unit: 'messages',
      metrics: [count('Processed', 'processed'), count('Failures', 'failed'), count('Duplicates', 'duplicates')],
    },
    { title: `${name}: processing time`, unit: 'ms', metrics: percentiles('ProcessingTime') },
    { title: `${name}: age at receipt`, unit: 'ms', metrics: percentiles('Age') },
    {
      title: `${name}: waiting and set aside`,
      unit: 'messages',
      metrics: [
        visible(names.queue(consumer), 'waiting'),
        visible(names.deadLetterQueue(consumer), 'dead letters'),
        ...(commandOf(consumer) === undefined ? [visible(names.subscriptionDeadLetterQueue(consumer.name), 'not delivered')] : []),
      ],
      right: { unit: 's', metrics: [ofQueue(names.queue(consumer), 'ApproximateAgeOfOldestMessage', PERIOD).with({ label: 'oldest' })] },
    },
  );
}

function visible(queue: string, label: string): cloudwatch.Metric {
  return ofQueue(queue, 'ApproximateNumberOfMessagesVisible', PERIOD).with({ label });
}
