import { Duration, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { commandOf, FOURTEEN_DAYS, type Consumer, type Relay } from './catalogue.ts';
import type { Names } from './names.ts';
import { holds } from './operators.ts';

/** Encrypted at rest by SQS's own key, and closed to whoever comes without TLS. */
const PROTECTED = { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true };

/** What waits for the consumer. What it cannot handle ends in `deadLetters`. */
export function consumerQueue(scope: Construct, names: Names, consumer: Consumer, deadLetters: sqs.IQueue): sqs.Queue {
  const queue = new sqs.Queue(scope, 'Queue', {
    ...PROTECTED,
    ...order(consumer),
    queueName: names.queue(consumer),
    visibilityTimeout: Duration.seconds(consumer.visibilityTimeoutSeconds),
    retentionPeriod: Duration.seconds(consumer.retentionSeconds),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: consumer.maxReceiveCount },
  });
  holds(queue, names, 'messages');
  return queue;
}

/**
 * Commands are handled in order within a group, and groups beside each other: with these two, the limits of throughput are for each
 * group and not for the queue (AWS: SQS, high throughput for FIFO queues).
 */
function order(consumer: Consumer): Partial<sqs.QueueProps> {
  if (commandOf(consumer) === undefined) return {};
  return {
    fifo: true,
    deduplicationScope: sqs.DeduplicationScope.MESSAGE_GROUP,
    fifoThroughputLimit: sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
  };
}

/** What the consumer could not handle, or set aside at once. */
export function deadLetterQueue(scope: Construct, names: Names, consumer: Consumer): sqs.Queue {
  const queue = new sqs.Queue(scope, 'DeadLetters', {
    ...PROTECTED,
    ...(commandOf(consumer) !== undefined && { fifo: true }),
    queueName: names.deadLetterQueue(consumer),
    retentionPeriod: Duration.seconds(consumer.deadLetterRetentionSeconds),
  });
  holds(queue, names, 'dead-letters');
  return queue;
}

/** What the topic could not bring to the queue at all: SNS discards it unless the subscription has a place for it. */
export function subscriptionDeadLetterQueue(scope: Construct, names: Names, consumer: Consumer): sqs.Queue {
  const queue = new sqs.Queue(scope, 'SubscriptionDeadLetters', {
    ...PROTECTED,
    queueName: names.subscriptionDeadLetterQueue(consumer.name),
    retentionPeriod: Duration.seconds(consumer.deadLetterRetentionSeconds),
  });
  holds(queue, names, 'dead-letters');
  return itselfDead(queue, 'a subscription');
}

/** What the relay could not publish: where in the stream it was. The entry itself stays in its table. */
export function failureQueue(scope: Construct, names: Names, relay: Relay): sqs.Queue {
  const queue = new sqs.Queue(scope, 'Failures', {
    ...PROTECTED,
    queueName: names.failureQueue(relay.name),
    retentionPeriod: Duration.seconds(FOURTEEN_DAYS),
  });
  return itselfDead(queue, 'an event source mapping');
}

function itselfDead(queue: sqs.Queue, of: string): sqs.Queue {
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions::AwsSolutions-SQS3',
    reason: `It is a dead-letter queue, of ${of}: the rule knows only those of queues`,
  });
  return queue;
}

/** Lets this topic send to the queue. Without the condition, any topic of any account could. */
export function allowTopic(queue: sqs.Queue, topicArn: string): void {
  queue.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('sns.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': topicArn } },
    }),
  );
}
