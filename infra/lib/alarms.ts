import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Consumer, Reaper, Relay, Scheduled, Snapshotter, Sweeper } from './catalogue.ts';
import { counted, measured } from './metrics.ts';
import type { Names } from './names.ts';
import type { Options } from './options.ts';

/**
 * Alarms watch what waits, in queues and streams, and what the library itself says of failures: a batch that reports its
 * failed records is a success to Lambda, so a function's `Errors` stays 0 while messages fail.
 */
const EVERY_MINUTE = { period: Duration.minutes(1), statistic: 'Maximum' };

/** One message in a DLQ is one too many: it never leaves by itself. */
export function watchDeadLetters(scope: Construct, id: string, options: Options, name: string, queue: sqs.Queue): void {
  alarm(scope, id, options, {
    alarmName: `${name}-not-empty`,
    alarmDescription: `${name} holds messages that nobody will handle until somebody decides`,
    metric: queue.metricApproximateNumberOfMessagesVisible(EVERY_MINUTE),
    threshold: 0,
    evaluationPeriods: 1,
  });
}

/**
 * A message has waited for an hour: the consumer does not keep up, pauses, or does not run. (SQS leaves messages of a standard queue that were
 * received more than three times out of this metric, so one bad message is not the cause. In a FIFO queue it can be: what has waited for an
 * hour there does so behind a dead letter.)
 */
export function watchQueue(scope: Construct, options: Options, names: Names, consumer: Consumer, queue: sqs.Queue): void {
  const name = names.function(consumer.name);
  alarm(scope, 'AgeAlarm', options, {
    alarmName: `${name}-falls-behind`,
    alarmDescription: `The oldest message of ${name} is older than an hour`,
    metric: queue.metricApproximateAgeOfOldestMessage(EVERY_MINUTE),
    // Half of the retention at most: later, there would be no time left to do something about it.
    threshold: Math.min(3600, consumer.retentionSeconds / 2),
    evaluationPeriods: 5,
  });
}

/**
 * For ten minutes on end, something has failed in every two: what fails once and comes back is none of it, while of what
 * keeps failing every message is tried again within a minute (the longest backoff).
 */
export function watchFailures(scope: Construct, options: Options, names: Names, consumer: Consumer): void {
  const name = names.function(consumer.name);
  alarm(scope, 'FailuresAlarm', options, {
    alarmName: `${name}-keeps-failing`,
    alarmDescription: `${name} has failed to handle messages for ten minutes on end; its logs and records say why`,
    metric: counted(names, consumer, 'Failures', Duration.minutes(2)),
    threshold: 0,
    evaluationPeriods: 5,
  });
}

/**
 * A consumer has paused for an hour: its provider is down, and what waits is set aside after three days. A pause is 15 minutes at most, so in each
 * period something came and was sent back. (SQS's age does not tell: it leaves out what was received more than three times.)
 */
export function watchPauses(scope: Construct, options: Options, names: Names, consumer: Consumer): void {
  const name = names.function(consumer.name);
  alarm(scope, 'PausesAlarm', options, {
    alarmName: `${name}-pauses`,
    alarmDescription: `${name} has paused for an hour, because its provider is down; its logs say which, and since when`,
    metric: counted(names, consumer, 'Paused', Duration.minutes(20)),
    threshold: 0,
    evaluationPeriods: 3,
  });
}

/** Half of the messages are minutes old when their turn comes: what the consumer does is done, but late. */
export function watchLag(scope: Construct, options: Options, names: Names, consumer: Consumer): void {
  const name = names.function(consumer.name);
  alarm(scope, 'LagAlarm', options, {
    alarmName: `${name}-lags`,
    alarmDescription: `Half of the messages that ${name} gets were sent more than five minutes before`,
    metric: measured(names, consumer, 'Age', Duration.minutes(1), 'p50'),
    // In milliseconds.
    threshold: 5 * 60_000,
    evaluationPeriods: 5,
  });
}

/** `IteratorAge` is what waits; `Errors` are the invocations that could not even report: a crash, a time-out. */
export function watchRelay(scope: Construct, options: Options, names: Names, relay: Relay, target: lambda.IFunction): void {
  const name = names.function(relay.name);
  alarm(scope, 'AgeAlarm', options, {
    alarmName: `${name}-falls-behind`,
    alarmDescription: `What ${name} got last had waited in the stream of ${names.table(relay.table)} for over a minute`,
    // In milliseconds.
    metric: target.metric('IteratorAge', EVERY_MINUTE),
    threshold: 60_000,
    evaluationPeriods: 1,
  });
  alarm(scope, 'ErrorsAlarm', options, {
    alarmName: `${name}-fails`,
    alarmDescription: `${name} crashed or timed out; its batch is tried again and holds up what is behind it`,
    metric: target.metricErrors({ ...EVERY_MINUTE, statistic: 'Sum' }),
    threshold: 0,
    evaluationPeriods: 1,
  });
}

/** Without snapshots nothing is wrong, and everything slower the longer it goes on. */
export function watchSnapshotter(scope: Construct, options: Options, names: Names, snapshotter: Snapshotter, target: lambda.IFunction): void {
  const name = names.function(snapshotter.name);
  alarm(scope, 'ErrorsAlarm', options, {
    alarmName: `${name}-fails`,
    alarmDescription: `${name} crashes or times out again and again: long histories are read from further and further back`,
    metric: target.metricErrors({ ...EVERY_MINUTE, statistic: 'Sum' }),
    threshold: 0,
    evaluationPeriods: 5,
  });
}

/**
 * A run that leaves something behind fails, so `Errors` tells of what waits here. One of them is nothing, as the next run tries again.
 * A sweeper that does not run has no errors either, so that is an alarm of its own.
 */
export function watchSweeper(scope: Construct, options: Options, names: Names, sweeper: Sweeper, target: lambda.IFunction): void {
  const name = names.function(sweeper.name);
  const everyRun = { period: Duration.minutes(sweeper.everyMinutes), statistic: 'Sum' };
  alarm(scope, 'StuckAlarm', options, {
    alarmName: `${name}-stuck`,
    alarmDescription: `${name} cannot publish some aggregates: what is behind their first pending event waits; its logs say which`,
    metric: target.metricErrors(everyRun),
    threshold: 0,
    evaluationPeriods: 5,
  });
  alarm(scope, 'RunsAlarm', options, {
    alarmName: `${name}-does-not-run`,
    alarmDescription: `${name} has missed fifteen runs: what the relay of ${names.table(sweeper.table)} gives up is published by nobody`,
    metric: target.metricInvocations(everyRun),
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 15,
    // Lambda reports nothing of a function that does not run.
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
}

/** A run that could not look at a queue, or delete it, fails. One of them is nothing, as the next run tries again. */
export function watchReaper(scope: Construct, options: Options, names: Names, reaper: Reaper, target: lambda.IFunction): void {
  const name = names.function(reaper.name);
  alarm(scope, 'StuckAlarm', options, {
    alarmName: `${name}-stuck`,
    alarmDescription: `${name} cannot delete some reply queues that nobody owns any more; its logs say which`,
    metric: target.metricErrors({ period: Duration.minutes(reaper.everyMinutes), statistic: 'Sum' }),
    threshold: 0,
    evaluationPeriods: 5,
  });
}

/**
 * A run that leaves something behind fails: what waits here is other than it should be, and money may be part of it. One run is nothing, as
 * the next one tries again. A function that does not run has no errors either, so that is an alarm of its own.
 */
export function watchScheduled(scope: Construct, options: Options, names: Names, scheduled: Scheduled, target: lambda.IFunction): void {
  const name = names.function(scheduled.name);
  const everyRun = { period: Duration.minutes(scheduled.everyMinutes), statistic: 'Sum' };
  alarm(scope, 'StuckAlarm', options, {
    alarmName: `${name}-stuck`,
    alarmDescription: `${name} has left something behind in each of its last five runs; its logs say what`,
    metric: target.metricErrors(everyRun),
    threshold: 0,
    evaluationPeriods: 5,
  });
  alarm(scope, 'RunsAlarm', options, {
    alarmName: `${name}-does-not-run`,
    alarmDescription: `${name} has missed fifteen runs: what was left unfinished is ended by nobody`,
    metric: target.metricInvocations(everyRun),
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 15,
    // Lambda reports nothing of a function that does not run.
    treatMissingData: cloudwatch.TreatMissingData.BREACHING,
  });
}

/** Too much of something, unless `props` says otherwise. */
function alarm(
  scope: Construct,
  id: string,
  options: Options,
  props: Omit<cloudwatch.AlarmProps, 'comparisonOperator'> & Partial<Pick<cloudwatch.AlarmProps, 'comparisonOperator'>>,
): void {
  const made = new cloudwatch.Alarm(scope, id, {
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    // SQS stops reporting a queue that nothing touches; Lambda reports a function only when it runs.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    ...props,
  });
  const { alarmTopicArn } = options;
  if (alarmTopicArn) made.addAlarmAction({ bind: () => ({ alarmActionArn: alarmTopicArn }) });
}
