import { CfnOutput, Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { depositing, publishing, sweeping, together, using } from './access.ts';
import { watchSweeper } from './alarms.ts';
import type { Sweeper, Table } from './catalogue.ts';
import { RustFunction } from './function.ts';
import { logicalId } from './names.ts';
import type { System } from './system.ts';

/** schedule -> function -> topic, for what was left over in the table; and its alarms. */
export class SweeperOf extends Construct {
  constructor(scope: Construct, system: System, topicArn: string, table: Table, sweeper: Sweeper) {
    super(scope, logicalId(sweeper.name));
    const { names, options } = system;

    const access = together(
      publishing(topicArn),
      depositing(this, names),
      sweeping(this, names, table),
      using(this, system, sweeper.uses),
    );
    const { lambda } = new RustFunction(this, system, sweeper, access);
    this.#schedule(lambda, sweeper, names.schedule(sweeper.name));

    watchSweeper(this, options, names, sweeper, lambda);

    new CfnOutput(scope, `${logicalId(sweeper.name)}Function`, { value: lambda.functionName });
  }

  /**
   * Nothing is repeated, because the next run does the same: neither what EventBridge could not hand to Lambda, nor, as Lambda is
   * invoked asynchronously, a run that failed, which Lambda would otherwise repeat twice (AWS: Lambda, invocation-async-error-handling).
   */
  #schedule(target: lambda.Function, sweeper: Sweeper, ruleName: string): void {
    const interval = Duration.minutes(sweeper.everyMinutes);
    const once = { retryAttempts: 0, maxEventAge: interval };
    target.configureAsyncInvoke(once);
    new events.Rule(this, 'Schedule', {
      ruleName,
      description: `Runs ${sweeper.name}`,
      schedule: events.Schedule.rate(interval),
      targets: [new LambdaFunction(target, once)],
    });
  }
}
