import { CfnOutput } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { depositing, publishing, relaying, telling, together, using } from './access.ts';
import { watchLetters, watchRelay } from './alarms.ts';
import type { Relay } from './catalogue.ts';
import { RustFunction } from './function.ts';
import { counting } from './metrics.ts';
import { logicalId } from './names.ts';
import { failureQueue } from './queue.ts';
import { run } from './runbook.ts';
import type { System } from './system.ts';

/** table -> stream -> event source mapping (own queue of failures) -> function -> topic; and its alarms. */
export class RelayOf extends Construct {
  constructor(scope: Construct, system: System, topicArn: string, table: Table, relay: Relay) {
    super(scope, logicalId(relay.name));
    const { names } = system;

    const streamArn = table.tableStreamArn!;
    const failures = failureQueue(this, names, relay);
    const access = together(
      publishing(topicArn),
      telling(this, system),
      depositing(this, names),
      relaying(streamArn, failures),
      using(this, system, relay),
    );
    const { lambda } = new RustFunction(this, system, relay, access, {
      path: names.relaysPath, memoryMb: system.options.relays.memoryMb, reserved: system.options.relays.reserved,
    });
    this.#feed(system, lambda, relay, streamArn, failures);

    watchRelay(this, system, relay);
    watchLetters(this, 'FailuresAlarm', system, names.failureQueue(relay.name), failures, run.doctor(system));

    const id = logicalId(relay.name);
    new CfnOutput(scope, `${id}Function`, { value: lambda.functionName });
    new CfnOutput(scope, `${id}FailureQueueUrl`, { value: failures.queueUrl });
  }

  #feed({ options }: System, target: lambda.Function, relay: Relay, eventSourceArn: string, failures: sqs.Queue): void {
    const { parallelisation } = options.relays;
    new lambda.EventSourceMapping(this, 'Feed', {
      target,
      ...counting(options),
      eventSourceArn,
      batchSize: relay.batchSize,
      // Records of the same key, which is the aggregate, stay in their order.
      ...(parallelisation > 1 && { parallelizationFactor: parallelisation }),
      // From the oldest record: what entered before the mapping was made is published as well.
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      // What the function writes back (published, expiry) and what expires are changes of the table, but no events.
      filters: [lambda.FilterCriteria.filter({ eventName: lambda.FilterRule.isEqual('INSERT') })],
      reportBatchItemFailures: true,
      // By default, one record that cannot be published holds up its shard for a day and is then gone without a word.
      bisectBatchOnError: true,
      retryAttempts: relay.maximumRetryAttempts,
      // Not the CDK's own `SqsDlq`: the permission to send is in `access.ts`.
      onFailure: { bind: () => ({ destination: failures.queueArn }) },
    });
  }
}
