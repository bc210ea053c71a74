import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { depositing, publishing, sweeping, telling, together, using } from './access.ts';
import { watchSweeper } from './alarms.ts';
import type { Sweeper, Table } from './catalogue.ts';
import { RustFunction } from './function.ts';
import { logicalId } from './names.ts';
import { runBySchedule } from './schedule.ts';
import type { System } from './system.ts';

/** schedule -> function -> topic, for what was left over in the table; and its alarms. */
export class SweeperOf extends Construct {
  constructor(scope: Construct, system: System, topicArn: string, table: Table, sweeper: Sweeper) {
    super(scope, logicalId(sweeper.name));
    const { names } = system;

    const access = together(
      publishing(topicArn),
      telling(this, system),
      depositing(this, names),
      sweeping(this, names, table),
      using(this, system, sweeper),
    );
    const { lambda } = new RustFunction(this, system, sweeper, access, {
      path: names.relaysPath, memoryMb: system.options.relays.memoryMb, reserved: system.options.relays.reserved,
    });
    runBySchedule(this, lambda, sweeper, names.schedule(sweeper.name));

    watchSweeper(this, system, sweeper);

    new CfnOutput(scope, `${logicalId(sweeper.name)}Function`, { value: lambda.functionName });
  }
}
