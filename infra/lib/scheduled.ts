import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { using } from './access.ts';
import { watchScheduled } from './alarms.ts';
import type { Scheduled } from './catalogue.ts';
import { RustFunction } from './function.ts';
import { logicalId } from './names.ts';
import { runBySchedule } from './schedule.ts';
import type { System } from './system.ts';

/** schedule -> function, which ends what was left unfinished; and its alarms. What it states, the relay of the event store publishes. */
export class ScheduledOf extends Construct {
  constructor(scope: Construct, system: System, scheduled: Scheduled) {
    super(scope, logicalId(scheduled.name));
    const { names } = system;
    const { lambda } = new RustFunction(this, system, scheduled, using(this, system, scheduled));
    runBySchedule(this, lambda, scheduled, names.schedule(scheduled.name));
    watchScheduled(this, system, scheduled);
    new CfnOutput(scope, `${logicalId(scheduled.name)}Function`, { value: lambda.functionName });
  }
}
