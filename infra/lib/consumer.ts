import { CfnOutput, Duration } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { answering, collecting, consuming, depositing, emitting, idempotency, ordering, telling, together, using } from './access.ts';
import { watchLetters } from './alarms.ts';
import { commandOf, type Consumer } from './catalogue.ts';
import { watchConsumer } from './consumer-alarms.ts';
import { RustFunction } from './function.ts';
import { released } from './gradual.ts';
import { counting } from './metrics.ts';
import { logicalId } from './names.ts';
import { allowTopic, consumerQueue, deadLetterQueue, subscriptionDeadLetterQueue } from './queue.ts';
import { batchingWindowSeconds } from './rules.ts';
import { run } from './runbook.ts';
import type { System } from './system.ts';

/**
 * topic -> filtered subscription (own DLQ) -> queue (own DLQ) -> event source mapping -> function; and its alarms.
 *
 * The handler of a command has no subscription: whoever may send it sends it to the queue, which is FIFO.
 */
export class ConsumerOf extends Construct {
  constructor(scope: Construct, system: System, topicArn: string, consumer: Consumer) {
    super(scope, logicalId(consumer.name));
    const { names } = system;

    const deadLetters = deadLetterQueue(this, names, consumer);
    const queue = consumerQueue(this, names, consumer, deadLetters);
    const handles = commandOf(consumer) !== undefined;

    const access = together(
      idempotency(this, names),
      consuming(queue, deadLetters),
      ...(handles ? [ordering(this, names), answering(this, names), telling(this, system)] : []),
      ...(consumer.claimCheck ? [collecting(this, names)] : []),
      ...(consumer.publishes.length > 0 ? [emitting(this, system, consumer.publishes)] : []),
      ...(consumer.claimCheck && consumer.publishes.length > 0 ? [depositing(this, names)] : []),
      using(this, system, consumer),
    );
    const { lambda } = new RustFunction(this, system, consumer, access);
    const name = names.function(consumer.name);
    const target = released(this, system, lambda, [`${name}-cannot-run`, `${name}-keeps-failing`]);
    if (!handles) this.#subscribe(topicArn, system, consumer, queue, target);
    this.#feed(system, target, consumer, queue);

    watchConsumer(this, system, consumer, queue, deadLetters);

    const id = logicalId(consumer.name);
    new CfnOutput(scope, `${id}Function`, { value: lambda.functionName });
    new CfnOutput(scope, `${id}QueueUrl`, { value: queue.queueUrl });
    new CfnOutput(scope, `${id}DeadLetterQueueUrl`, { value: deadLetters.queueUrl });
  }

  #subscribe(topicArn: string, system: System, consumer: Consumer, queue: sqs.Queue, target: lambda.IFunction): void {
    const { names } = system;
    const undelivered = subscriptionDeadLetterQueue(this, names, consumer);
    watchLetters(this, 'UndeliveredAlarm', system, names.subscriptionDeadLetterQueue(consumer.name), undelivered, run.letters(system, consumer.name));
    allowTopic(queue, topicArn);
    allowTopic(undelivered, topicArn);
    // The plain resource, because the filter is the catalogue's own, word for word.
    const subscription = new sns.CfnSubscription(this, 'Subscription', {
      topicArn,
      protocol: 'sqs',
      endpoint: queue.queueArn,
      rawMessageDelivery: true,
      redrivePolicy: { deadLetterTargetArn: undelivered.queueArn },
      ...(consumer.filter && { filterPolicy: consumer.filter, filterPolicyScope: 'MessageAttributes' }),
    });
    // A refused delivery is not retried. So the queues and their policies come first, or the first events are lost.
    subscription.node.addDependency(queue, undelivered);
    // What a filter newly lets through, the function has to know by then, or its alias. (Of its child alone: the role is its dependency already.)
    subscription.node.addDependency(target.node.defaultChild!);
  }

  #feed({ options }: System, target: lambda.IFunction, consumer: Consumer, queue: sqs.Queue): void {
    new lambda.EventSourceMapping(this, 'Feed', {
      target,
      ...counting(options),
      eventSourceArn: queue.queueArn,
      batchSize: consumer.batchSize,
      // A FIFO queue has none (AWS: Lambda with SQS, parameters).
      ...(commandOf(consumer) === undefined && { maxBatchingWindow: Duration.seconds(batchingWindowSeconds(consumer)) }),
      // Without it, one failed record brings back its whole batch.
      reportBatchItemFailures: true,
      maxConcurrency: consumer.maximumConcurrency,
    });
  }
}
