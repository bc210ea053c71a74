import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { alarm, expression, MINUTE } from './alarm.ts';
import { watchRuns } from './alarms.ts';
import type { Consumer } from './catalogue.ts';
import { counted, measured, tries } from './metrics.ts';
import { run } from './runbook.ts';
import type { System } from './system.ts';

/**
 * The alarms of a consumer: what waits in its queue, what Lambda says of its runs, and what the library itself says of failures. A batch that
 * reports its failed records is a success to Lambda, so its `Errors` stays 0 while messages fail; a function that does not start writes no
 * metric of the library.
 */
export function watchConsumer(scope: Construct, system: System, consumer: Consumer, queue: sqs.Queue, letters: sqs.Queue): void {
  const { names } = system;
  const name = names.function(consumer.name);
  watchRuns(scope, system, consumer.name);
  watchFailures(scope, system, consumer, name);
  // A transactional consumer reaches no provider, and never pauses.
  if (consumer.guarantee !== 'transactional') watchPauses(scope, system, consumer, name);
  watchQueue(scope, system, consumer, name, queue);
  alarm(scope, 'DeadLettersAlarm', system, {
    alarmName: `${names.deadLetterQueue(consumer)}-not-empty`,
    alarmDescription: `${names.deadLetterQueue(consumer)} holds messages that nobody will handle until somebody decides`,
    run: run.letters(system, consumer.name),
    // SQS reports a queue that nothing has touched for hours up to 15 minutes late (AWS: SQS, available CloudWatch metrics); who sets aside says so at once.
    metric: expression('FILL(waiting, 0) + FILL(aside, 0)', {
      waiting: longest(letters, 'ApproximateNumberOfMessagesVisible'), aside: counted(names, consumer, 'SetAside', MINUTE),
    }),
    periods: 1,
    of: 15,
  });
}

/** Much fails, or one message fails on and on: alone it is too little to be seen among the others. What fails once and comes back is neither. */
function watchFailures(scope: Construct, system: System, consumer: Consumer, name: string): void {
  const { names } = system;
  alarm(scope, 'FailuresAlarm', system, {
    alarmName: `${name}-keeps-failing`,
    alarmDescription: `More than a tenth of what ${name} tries fails, minute after minute; its logs and records say why`,
    run: run.log(names, consumer.name),
    metric: expression('IF(FILL(failed, 0) > FILL(done, 0) / 9, 1, 0)', {
      failed: counted(names, consumer, 'Failures', MINUTE), done: counted(names, consumer, 'Processed', MINUTE),
    }),
    periods: 4,
    of: 8,
  });
  alarm(scope, 'TriesAlarm', system, {
    alarmName: `${name}-tries-again`,
    alarmDescription: `${name} has tried a message more than ${MANY_TRIES} times; its logs say which, and why it fails`,
    run: run.log(names, consumer.name),
    metric: tries(names, consumer, MINUTE),
    above: MANY_TRIES,
    periods: 2,
    of: 5,
  });
}

/** The tenth try comes after two minutes: half of 1, 2, 4, 8, 16, 32, 60, 60 and 60 seconds, on average. */
const MANY_TRIES = 9;

/**
 * The consumer pauses: its provider is down, and what waits is set aside after three days. The longest pause is 15 minutes, at whose end something comes
 * and is sent back. So forty minutes hold two of them, and the alarm stays on as long as the outage lasts.
 */
function watchPauses(scope: Construct, system: System, consumer: Consumer, name: string): void {
  alarm(scope, 'PausesAlarm', system, {
    alarmName: `${name}-pauses`,
    alarmDescription: `${name} pauses, because its provider is down; its logs say which, and since when`,
    run: run.log(system.names, consumer.name),
    metric: expression('FILL(paused, 0)', { paused: counted(system.names, consumer, 'Paused', MINUTE) }),
    periods: 2,
    of: 40,
  });
}

/** What is done late, what waits for an hour, and what nobody fetches. */
function watchQueue(scope: Construct, system: System, consumer: Consumer, name: string, queue: sqs.Queue): void {
  alarm(scope, 'LagAlarm', system, {
    alarmName: `${name}-lags`,
    alarmDescription: `Half of the messages that ${name} gets were sent more than two minutes before`,
    run: run.doctor(system),
    metric: measured(system.names, consumer, 'Age', MINUTE, 'p50'),
    // In milliseconds.
    above: 2 * 60_000,
    periods: 3,
    of: 5,
  });
  alarm(scope, 'AgeAlarm', system, {
    alarmName: `${name}-falls-behind`,
    alarmDescription: `The oldest message of ${name} is older than an hour`,
    run: run.doctor(system),
    // SQS leaves messages of a standard queue that were received more than three times out of this metric: one bad message is not the cause, nor is a pause.
    metric: longest(queue, 'ApproximateAgeOfOldestMessage'),
    // Half of the retention at most: later, there would be no time left to do something about it.
    above: Math.min(3600, consumer.retentionSeconds / 2),
    periods: 5,
    of: 5,
  });
  alarm(scope, 'UnfedAlarm', system, {
    alarmName: `${name}-is-not-fed`,
    alarmDescription: `Messages wait for ${name}, and nobody fetches them: its event source mapping is disabled or gone, or may not receive`,
    run: run.drift(system),
    metric: expression('IF(FILL(waiting, 0) > 0 AND FILL(received, 0) == 0, 1, 0)', {
      waiting: longest(queue, 'ApproximateNumberOfMessagesVisible'),
      received: queue.metricNumberOfMessagesReceived({ period: MINUTE, statistic: 'Sum' }),
    }),
    periods: 5,
    of: 8,
  });
}

function longest(queue: sqs.Queue, metric: 'ApproximateNumberOfMessagesVisible' | 'ApproximateAgeOfOldestMessage') {
  return queue.metric(metric, { period: MINUTE, statistic: 'Maximum' });
}
