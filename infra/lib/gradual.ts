import { Stack, Validations } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LIVE } from './names.ts';
import type { System } from './system.ts';

/**
 * What requests and messages go to: the function, or with `-c deploy=gradual` its alias `live`, which a deployment moves to the new version by a tenth every three minutes
 * (AWS: CodeDeploy user guide, predefined deployment configurations for Lambda). When one of the alarms rings meanwhile, it moves back at once, and the stack's update with it.
 *
 * A canary of a tenth would not do: an alarm that rings when more than a tenth fails would stay silent for as long as it lasts.
 */
export function released(scope: Construct, { names, options }: System, target: lambda.Function, alarms: readonly string[]): lambda.Function | lambda.Alias {
  if (options.deploy === 'at-once') return target;
  const alias = new lambda.Alias(scope, 'Live', { aliasName: LIVE, version: target.currentVersion });
  const [application, role] = deployer(Stack.of(scope), names.operated);
  new codedeploy.LambdaDeploymentGroup(scope, 'Deployment', {
    application,
    role,
    alias,
    deploymentConfig: codedeploy.LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_3MINUTES,
    alarms: alarms.map((name, index) => cloudwatch.Alarm.fromAlarmName(scope, `Rings${index}`, name)),
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
  });
  return alias;
}

/** One of each a stack. */
function deployer(stack: Stack, system: string): [codedeploy.ILambdaApplication, iam.IRole] {
  const found = stack.node.tryFindChild('Deployments') as codedeploy.LambdaApplication | undefined;
  if (found) return [found, stack.node.findChild('DeploymentsRole') as iam.Role];
  const role = new iam.Role(stack, 'DeploymentsRole', {
    assumedBy: new iam.ServicePrincipal('codedeploy.amazonaws.com'),
    description: `${system}: moves aliases of functions to their new versions`,
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSCodeDeployRoleForLambdaLimited')],
  });
  Validations.of(role).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
    reason: 'What CodeDeploy needs is CodeDeploy\'s to say: the policy that AWS keeps for its role',
  });
  return [new codedeploy.LambdaApplication(stack, 'Deployments'), role];
}
