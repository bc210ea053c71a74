import { CfnParameter, Stack, Validations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { functionsOf, type Use } from './catalogue.ts';
import { logicalId } from './names.ts';
import type { System } from './system.ts';

type Chosen = Extract<Use, { parameter: string }>;

/** The processor the functions were built for. A parameter, because it depends on the build, not on the system. */
export function architecture(scope: Construct): lambda.Architecture {
  const parameter = once(scope, 'Architecture', {
    default: 'arm64',
    allowedValues: ['arm64', 'x86_64'],
    description: 'The processor that the functions were built for',
  });
  return lambda.Architecture.custom(parameter.valueAsString);
}

/**
 * Even where no function uses them: `cdk deploy --all --parameters Architecture=...` goes to every stack. So whoever deploys need not know which stack
 * sends mail, nor what a stage makes of its name.
 */
export function acceptParameters(stack: Stack, { catalogue, options }: System): void {
  architecture(stack);
  if (!options.alarmTopicArn) alarmMail(stack);
  if (functionsOf(catalogue).some(({ uses }) => uses.some((use) => 'mail' in use))) acceptMailFrom(stack);
  Validations.of(stack).acknowledge({
    id: 'CloudFormation-Validate::W2001',
    reason: 'Architecture, MailFrom and AlarmMail are parameters of every stack, also of one whose functions do not use them',
  });
}

/** A stack that sends no mail needs no address; one that does declares the parameter without the default, when its first function needs it. */
function acceptMailFrom(stack: Stack): void {
  if (!stack.node.tryFindChild('MailFrom')) {
    once(stack, 'MailFrom', { default: '', description: 'The address that mail comes from; not used in this stack' });
  }
}

/** The address that mail comes from. It has no default: a made-up one would deploy, and no mail would ever leave. */
export function mailFrom(scope: Construct): string {
  return once(scope, 'MailFrom', {
    allowedPattern: '[^@\\s<>]+@[^@\\s<>]+',
    constraintDescription: 'a bare address (orders@example.com) that SES has verified, itself or by its domain',
    description: 'The address that mail comes from; SES must have verified it or its domain',
  }).valueAsString;
}

/** Whom the operations topic mails; nobody unless it is said. */
export function alarmMail(scope: Construct): string {
  return once(scope, 'AlarmMail', {
    default: '',
    allowedPattern: '|[^@\\s<>]+@[^@\\s<>]+',
    description: 'The address that alarms are mailed to; SNS asks it for its consent',
  }).valueAsString;
}

/** What a function lets whoever deploys choose. A value that it would not start with is refused before anything is deployed. */
export function chosen(scope: Construct, parameter: Chosen): string {
  const { default: unlessChosen, pattern, summary } = parameter;
  return once(scope, logicalId(parameter.parameter), {
    default: unlessChosen,
    allowedPattern: `^(?:${pattern})$`,
    constraintDescription: `${summary} (${pattern})`,
    description: summary,
  }).valueAsString;
}

/** A stack declares a parameter when its first function needs it, and only then. */
function once(scope: Construct, id: string, props: ConstructorParameters<typeof CfnParameter>[2]): CfnParameter {
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(id) as CfnParameter | undefined) ?? new CfnParameter(stack, id, props);
}
