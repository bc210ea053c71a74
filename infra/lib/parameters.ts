import { CfnParameter, Stack, Validations } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Use } from './catalogue.ts';
import { logicalId } from './names.ts';

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

/** Even where no function uses it: `cdk deploy --all --parameters Architecture=...` goes to every stack. */
export function acceptArchitecture(stack: Stack): void {
  architecture(stack);
  Validations.of(stack).acknowledge({
    id: 'CloudFormation-Validate::W2001',
    reason: 'Architecture is a parameter of every stack, also of one that has no function',
  });
}

/** The address that mail comes from. It has no default: a made-up one would deploy, and no mail would ever leave. */
export function mailFrom(scope: Construct): string {
  return once(scope, 'MailFrom', {
    allowedPattern: '[^@\\s<>]+@[^@\\s<>]+',
    constraintDescription: 'a bare address (orders@example.com) that SES has verified, itself or by its domain',
    description: 'The address that mail comes from; SES must have verified it or its domain',
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
