import { CfnOutput } from 'aws-cdk-lib';
import { FunctionUrlAuthType, type Alias, type Function, type FunctionUrlCorsOptions, type HttpMethod } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { together, using } from './access.ts';
import { watchUrl } from './alarms.ts';
import type { Endpoint } from './catalogue.ts';
import { CORS_HEADERS, isOpen, told } from './front.ts';
import { RustFunction } from './function.ts';
import { released } from './gradual.ts';
import { logicalId } from './names.ts';
import type { System } from './system.ts';

/** HTTP -> function -> tables: what a publisher writes is published by the relay of the table. */
export class EndpointOf extends Construct {
  constructor(scope: Construct, system: System, endpoint: Endpoint) {
    super(scope, logicalId(endpoint.name));
    const { front, ephemeral, namedInvocations } = system.options;
    // A system for tests is told nothing of its front: its tests invoke functions themselves.
    const door = { environment: ephemeral ? {} : told(front, endpoint, namedInvocations), statements: [] };
    const { lambda } = new RustFunction(this, system, endpoint, together(using(this, system, endpoint), door));
    // Of an HTTP API the routes, and the alarms on what they count, are in a stack of their own (`api-stack.ts`).
    const target = released(this, system, lambda, [`${system.names.function(endpoint.name)}-fails`]);
    new CfnOutput(scope, `${logicalId(endpoint.name)}Function`, { value: lambda.functionName });
    if (front.kind === 'url') this.#url(scope, system, endpoint, target);
  }

  /**
   * A caller needs lambda:InvokeFunctionUrl *and* lambda:InvokeFunction. With AWS_IAM both are in the caller's own policy (`callers.ts`); with NONE the CDK allows both to
   * everybody. What is the staff's to say is never everybody's.
   */
  #url(scope: Construct, system: System, endpoint: Endpoint, target: Function | Alias): void {
    const url = target.addFunctionUrl({
      authType: isOpen(system.options.front, endpoint) ? FunctionUrlAuthType.NONE : FunctionUrlAuthType.AWS_IAM,
      cors: cors(system.options.corsOrigins, endpoint.method),
    });
    watchUrl(this, system, endpoint);
    new CfnOutput(scope, `${logicalId(endpoint.name)}Url`, { value: url.url, description: `${endpoint.method} ${endpoint.path}` });
  }
}

/** Lambda answers the preflight itself, which is never signed. */
function cors(origins: readonly string[], method: string): FunctionUrlCorsOptions | undefined {
  if (origins.length === 0) return undefined;
  return {
    allowedOrigins: [...origins],
    allowedMethods: [method as HttpMethod],
    allowedHeaders: CORS_HEADERS,
  };
}
