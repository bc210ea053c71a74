import { CfnOutput } from 'aws-cdk-lib';
import { FunctionUrlAuthType, type FunctionUrlCorsOptions, type HttpMethod } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { using } from './access.ts';
import { watchEndpoint } from './alarms.ts';
import type { Endpoint } from './catalogue.ts';
import { RustFunction } from './function.ts';
import { logicalId } from './names.ts';
import type { System } from './system.ts';

/** HTTP -> function -> tables: what a publisher writes is published by the relay of the table. */
export class EndpointOf extends Construct {
  constructor(scope: Construct, system: System, endpoint: Endpoint) {
    super(scope, logicalId(endpoint.name));
    const { lambda } = new RustFunction(this, system, endpoint, using(this, system, endpoint));

    // A caller needs lambda:InvokeFunctionUrl *and* lambda:InvokeFunction. With AWS_IAM both are in the caller's own
    // policy, which `tidings policy caller` prints; with NONE the CDK allows both to everybody. What is the staff's to say is never everybody's.
    const url = lambda.addFunctionUrl({
      authType: endpoint.callers === 'staff' ? FunctionUrlAuthType.AWS_IAM : system.options.functionUrlAuth,
      cors: cors(system.options.corsOrigins, endpoint.method),
    });

    watchEndpoint(this, system, endpoint);

    const id = logicalId(endpoint.name);
    new CfnOutput(scope, `${id}Function`, { value: lambda.functionName });
    new CfnOutput(scope, `${id}Url`, { value: url.url, description: `${endpoint.method} ${endpoint.path}` });
  }
}

/** Lambda answers the preflight itself, which is never signed. The headers are those that endpoints read, and those of a signed request. */
function cors(origins: readonly string[], method: string): FunctionUrlCorsOptions | undefined {
  if (origins.length === 0) return undefined;
  return {
    allowedOrigins: [...origins],
    allowedMethods: [method as HttpMethod],
    allowedHeaders: [
      'content-type',
      'idempotency-key',
      'order-secret',
      'traceparent',
      'authorization',
      'x-amz-date',
      'x-amz-security-token',
      'x-amz-content-sha256',
    ],
  };
}
