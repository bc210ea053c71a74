import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/**
 * Runs a function every so many minutes. Nothing is repeated, because the next run does the same: neither what EventBridge could not hand to Lambda,
 * nor, as Lambda is invoked asynchronously, a run that failed, which Lambda would otherwise repeat twice (AWS: Lambda, invocation-async-error-handling).
 */
export function runBySchedule(scope: Construct, target: lambda.Function, of: { name: string; everyMinutes: number }, ruleName: string): void {
  const interval = Duration.minutes(of.everyMinutes);
  const once = { retryAttempts: 0, maxEventAge: interval };
  target.configureAsyncInvoke(once);
  new events.Rule(scope, 'Schedule', {
    ruleName,
    description: `Runs ${of.name}`,
    schedule: events.Schedule.rate(interval),
    targets: [new LambdaFunction(target, once)],
  });
}
