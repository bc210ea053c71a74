import { CfnOutput, Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { reading, together, using } from './access.ts';
import { watchSnapshotter } from './alarms.ts';
import type { Snapshotter } from './catalogue.ts';
import { RustFunction } from './function.ts';
import { counting } from './metrics.ts';
import { logicalId } from './names.ts';
import type { System } from './system.ts';

/** table -> stream -> event source mapping -> function -> table of snapshots; and its alarm. */
export class SnapshotterOf extends Construct {
  constructor(scope: Construct, system: System, table: Table, snapshotter: Snapshotter) {
    super(scope, logicalId(snapshotter.name));

    const streamArn = table.tableStreamArn!;
    const access = together(reading(streamArn), using(this, system, snapshotter));
    const { lambda } = new RustFunction(this, system, snapshotter, access);
    this.#feed(system, lambda, snapshotter, streamArn);

    watchSnapshotter(this, system, snapshotter);

    new CfnOutput(scope, `${logicalId(snapshotter.name)}Function`, { value: lambda.functionName });
  }

  #feed({ options }: System, target: lambda.Function, snapshotter: Snapshotter, eventSourceArn: string): void {
    new lambda.EventSourceMapping(this, 'Feed', {
      target,
      ...counting(options),
      eventSourceArn,
      batchSize: snapshotter.batchSize,
      // Nobody waits for a snapshot, and fewer invocations cost less.
      maxBatchingWindow: Duration.seconds(snapshotter.batchingWindowSeconds),
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      // Which versions are due, the function says: not every event source knows how a text ends.
      filters: snapshotter.aggregates.map((aggregate) =>
        lambda.FilterCriteria.filter({
          eventName: lambda.FilterRule.isEqual('INSERT'),
          dynamodb: { Keys: { aggregate_key: { S: lambda.FilterRule.beginsWith(`${aggregate}#`) } } },
        })),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // What is given up then is a snapshot that is not there; the next one does not need it. So there is no queue of failures.
      retryAttempts: snapshotter.maximumRetryAttempts,
    });
  }
}
