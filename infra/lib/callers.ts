import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Endpoint } from './catalogue.ts';
import { open } from './service-stack.ts';
import type { System } from './system.ts';

/** A policy has 6,144 characters at most (AWS: IAM, quotas), and names each of these twice. */
const FUNCTIONS_A_POLICY = 25;

/**
 * Managed policies of those who may call Function URLs: customers, and staff. None is attached to anything here, and nothing else in the system lets anybody call an
 * endpoint.
 *
 * Lambda asks for both actions (AWS: Lambda developer guide, access to function URLs). The second alone would also let its holder call `Invoke`, with a request that
 * names any caller; the condition lets it through the URL alone. `tidings policy caller` prints the same for some of the endpoints.
 */
export function callersOfUrls(scope: Construct, system: System): void {
  const { publishers, queries } = system.catalogue;
  for (const [who, title] of [['customers', 'Customers'], ['staff', 'Staff']] as const) {
    const functions = [...publishers, ...queries].filter(({ callers }) => callers === who).map(({ name }) => system.names.releasedArn(scope, name, system.options));
    for (let from = 0, part = 1; from < functions.length; from += FUNCTIONS_A_POLICY, part += 1) {
      const resources = functions.slice(from, from + FUNCTIONS_A_POLICY);
      grant(scope, `Callers${title}${part === 1 ? '' : part}`, `${system.names.operated}: calls what is for ${who}`, [
        new iam.PolicyStatement({ actions: ['lambda:InvokeFunctionUrl'], resources, conditions: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } } }),
        new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources, conditions: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } } }),
      ]);
    }
  }
}

/** The managed policy of staff where there is an HTTP API: customers have tokens, and need none. */
export function staffOfApi(scope: Construct, system: System, apiId: string, endpoints: readonly Endpoint[]): void {
  const resources = endpoints.filter(({ callers }) => callers === 'staff').map((endpoint) => system.names.routeArn(scope, apiId, endpoint));
  if (resources.length === 0) return;
  const policy = grant(scope, 'CallersStaff', `${system.names.operated}: calls what is for staff`, [
    new iam.PolicyStatement({ actions: ['execute-api:Invoke'], resources }),
  ]);
  for (const resource of resources) {
    Validations.of(policy).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${open(Stack.of(scope).resolve(resource))}]`,
      reason: 'One route, with any value of its parameters',
    });
  }
}

function grant(scope: Construct, id: string, description: string, statements: iam.PolicyStatement[]): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(scope, id, { description, statements });
  new CfnOutput(scope, `${id}Policy`, { value: policy.managedPolicyArn });
  return policy;
}
