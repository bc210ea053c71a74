import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { operations } from './operations.ts';
import type { System } from './system.ts';

export const MINUTE = Duration.minutes(1);

/** What rings: so many periods, of so many, in which there is more than the threshold. */
export interface Rule {
  readonly alarmName: string;
  readonly alarmDescription: string;
  /** The command to run first (`runbook.ts`). */
  readonly run: string;
  readonly metric: cloudwatch.IMetric;
  /** More than this rings; 0 unless it is said. */
  readonly above?: number;
  readonly periods: number;
  readonly of: number;
}

/**
 * An alarm that tells the operations topic. What is missing is fine: SQS stops reporting a queue that nothing touches, Lambda reports a function
 * only when it runs, and the library writes a count only when there is something to count.
 *
 * Of an expression with `FILL`, never all of the periods have to breach: metrics come a minute or two late, and until then `FILL` has put its own
 * number in the newest ones (AWS: CloudWatch user guide, metric math, `FILL` in alarms).
 */
export function alarm(scope: Construct, id: string, system: System, rule: Rule): void {
  const made = new cloudwatch.Alarm(scope, id, {
    alarmName: rule.alarmName,
    alarmDescription: `${rule.alarmDescription}. Run: ${rule.run}`,
    metric: rule.metric,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    threshold: rule.above ?? 0,
    evaluationPeriods: rule.of,
    datapointsToAlarm: rule.periods,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  const alarmActionArn = operations(scope, system);
  made.addAlarmAction({ bind: () => ({ alarmActionArn }) });
  // The second line, "it is over", is what lets one sleep on.
  made.addOkAction({ bind: () => ({ alarmActionArn }) });
}

/** A number for each minute, by CloudWatch's metric math. A metric of which a minute has nothing counts as 0 there where it is in `FILL`. */
export function expression(text: string, usingMetrics: Record<string, cloudwatch.IMetric>, period = MINUTE): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({ expression: text, usingMetrics, period, label: '' });
}
