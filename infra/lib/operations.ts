import { CfnCondition, CfnOutput, Fn, Stack } from 'aws-cdk-lib';
import * as budgets from 'aws-cdk-lib/aws-budgets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmMail } from './parameters.ts';
import type { System } from './system.ts';

/** Where alarms go: the topic that whoever deploys names, or the system's own. */
export function operations(scope: Construct, { names, options }: System): string {
  return options.alarmTopicArn ?? Stack.of(scope).formatArn({ service: 'sns', resource: names.operations });
}

/**
 * The topic of the system's alarms, in the stack of the platform. With the parameter `AlarmMail` it mails them; SNS asks that address once whether it wants them.
 *
 * It is not encrypted with `alias/aws/sns`, whose policy lets no alarm publish, and a key of our own would cost more than it hides: an alarm
 * holds names and numbers (AWS: SNS developer guide, key management, "Amazon CloudWatch").
 */
export function operationsTopic(stack: Stack, { names, options }: System): void {
  if (options.alarmTopicArn) return;
  const topic = new sns.Topic(stack, 'Operations', { topicName: names.operations, enforceSSL: true });
  topic.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'Alarms',
    principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
  }));
  const endpoint = alarmMail(stack);
  const subscription = new sns.CfnSubscription(stack, 'OperationsMail', { topicArn: topic.topicArn, protocol: 'email', endpoint });
  subscription.cfnOptions.condition = new CfnCondition(stack, 'AlarmsAreMailed', {
    expression: Fn.conditionNot(Fn.conditionEquals(endpoint, '')),
  });
  if (options.monthlyBudget !== undefined) budget(stack, topic, names.operations, options.monthlyBudget);
  new CfnOutput(stack, 'OperationsTopicArn', { value: topic.topicArn });
}

/** Told when the account's costs of a month will be above it, or are (AWS: Cost Management user guide, budgets). Costs are some hours old by then: it is no brake. */
function budget(stack: Stack, topic: sns.Topic, budgetName: string, amount: number): void {
  topic.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'Budgets',
    principals: [new iam.ServicePrincipal('budgets.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
  }));
  const told = (notificationType: string) => ({
    notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold: 100, thresholdType: 'PERCENTAGE' },
    subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
  });
  new budgets.CfnBudget(stack, 'Budget', {
    budget: { budgetName, budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount, unit: 'USD' } },
    notificationsWithSubscribers: [told('FORECASTED'), told('ACTUAL')],
  });
}
