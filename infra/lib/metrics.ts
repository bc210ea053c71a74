import type { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { MetricType, type EventSourceMappingOptions } from 'aws-cdk-lib/aws-lambda';
import type { Declared, Endpoint } from './catalogue.ts';
import type { Names } from './names.ts';
import type { Options } from './options.ts';

/**
 * What the Rust library writes of every batch (`shared/aws/src/metrics`). The tests hold each name, unit and dimension that
 * is used here against the lines that it really writes.
 */
export const NAMESPACE = 'Tidings';

type Count = 'Processed' | 'Duplicates' | 'Failures' | 'SetAside' | 'Paused';
type Milliseconds = 'ProcessingTime' | 'Age';

/** How many messages. Nothing is written where there was none. */
export function counted(names: Names, consumer: Declared, metricName: Count, period: Duration): cloudwatch.Metric {
  return ours(names, consumer, { metricName, period, statistic: 'Sum' });
}

/** How long, in milliseconds; `statistic` is a percentile, such as `p99`. */
export function measured(
  names: Names, consumer: Declared, metricName: Milliseconds, period: Duration, statistic: string,
): cloudwatch.Metric {
  return ours(names, consumer, { metricName, period, statistic });
}

/** Which try it was of what was tried most often. */
export function tries(names: Names, consumer: Declared, period: Duration): cloudwatch.Metric {
  return ours(names, consumer, { metricName: 'Attempts', period, statistic: 'Maximum' });
}

function ours(
  names: Names, consumer: Declared, props: Pick<cloudwatch.MetricProps, 'period' | 'statistic'> & { metricName: Count | Milliseconds | 'Attempts' },
): cloudwatch.Metric {
  const dimensionsMap = { Service: consumer.service, Function: names.function(consumer.name) };
  return new cloudwatch.Metric({ namespace: NAMESPACE, dimensionsMap, ...props });
}

/** Of SQS, by the queue's name: whoever shows it is in another stack than the queue. */
export function ofQueue(QueueName: string, metricName: string, period: Duration): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace: 'AWS/SQS', dimensionsMap: { QueueName }, metricName, period, statistic: 'Maximum' });
}

/** Of Lambda, by the function's name. */
export function ofFunction(FunctionName: string, metricName: string, period: Duration, statistic: string): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace: 'AWS/Lambda', dimensionsMap: { FunctionName }, metricName, period, statistic });
}

/** What a mapping counts of its events, where whoever deploys wants it: each is a metric more (AWS: Lambda developer guide, event source mapping metrics). */
export function counting({ mappingMetrics }: Options): Pick<EventSourceMappingOptions, 'metricsConfig'> {
  return mappingMetrics ? { metricsConfig: { metrics: [MetricType.EVENT_COUNT] } } : {};
}

/** Of DynamoDB, by the table's name. */
export function ofTable(TableName: string, metricName: string, period: Duration): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace: 'AWS/DynamoDB', dimensionsMap: { TableName }, metricName, period, statistic: 'Sum' });
}

/** Of a route of an HTTP API, which writes these where its stage has detailed metrics (AWS: API Gateway, monitoring HTTP APIs with CloudWatch). */
export function ofRoute(ApiId: string, { method, path }: Endpoint, metricName: string, period: Duration, statistic: string): cloudwatch.Metric {
  const dimensionsMap = { ApiId, Stage: '$default', Method: method, Resource: path };
  return new cloudwatch.Metric({ namespace: 'AWS/ApiGateway', dimensionsMap, metricName, period, statistic });
}
