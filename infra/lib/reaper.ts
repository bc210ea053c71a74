import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { reaping, together, using } from './access.ts';
import { watchReaper } from './alarms.ts';
import type { Reaper } from './catalogue.ts';
import { RustFunction } from './function.ts';
import { logicalId } from './names.ts';
import { runBySchedule } from './schedule.ts';
import type { System } from './system.ts';

/** schedule -> function, which deletes the reply queues that nobody owns any more; and its alarm. */
export class ReaperOf extends Construct {
  constructor(scope: Construct, system: System, reaper: Reaper) {
    super(scope, logicalId(reaper.name));
    const { names } = system;
    const access = together(reaping(this, names), using(this, system, reaper));
    const { lambda } = new RustFunction(this, system, reaper, access);
    runBySchedule(this, lambda, reaper, names.schedule(reaper.name));
    watchReaper(this, system, reaper);
    new CfnOutput(scope, `${logicalId(reaper.name)}Function`, { value: lambda.functionName });
  }
}
