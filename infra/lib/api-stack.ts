import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as api from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { watchRoute } from './alarms.ts';
import { staffOfApi } from './callers.ts';
import type { Endpoint } from './catalogue.ts';
import { CORS_HEADERS, isOpen, type ApiFront } from './front.ts';
import { logicalId } from './names.ts';
import { guarded } from './options.ts';
import { acceptParameters } from './parameters.ts';
import type { System } from './system.ts';

/** What the access log says of a request. Neither an address nor a path, which have persons in them: the function's log has the rest, by the request's id. */
const LOGGED = {
  requestId: '$context.requestId', time: '$context.requestTime', route: '$context.routeKey', status: '$context.status', milliseconds: '$context.responseLatency',
  functionMilliseconds: '$context.integrationLatency', bytes: '$context.responseLength', error: '$context.error.message',
  authorizerError: '$context.authorizer.error', integrationError: '$context.integrationErrorMessage',
};

/**
 * One HTTP API for the whole system: a route an endpoint, by the method and path of the catalogue.
 *
 * A stack of its own, which names the functions, as the dashboard does: routes need the API's id, which CloudFormation chooses, and functions need nothing of the API.
 */
export class ApiStack extends Stack {
  constructor(scope: Construct, system: System, front: ApiFront) {
    const { names, catalogue, options } = system;
    super(scope, names.api, { description: `${catalogue.system}: the HTTP API of its endpoints`, terminationProtection: guarded(options) });
    acceptParameters(this, system);
    const endpoints = [...catalogue.publishers, ...catalogue.queries];
    const made = new api.CfnApi(this, 'Api', {
      name: names.api,
      protocolType: 'HTTP',
      description: `${catalogue.system}: its endpoints`,
      corsConfiguration: options.corsOrigins.length === 0 ? undefined : {
        allowOrigins: [...options.corsOrigins],
        allowMethods: [...new Set(endpoints.map(({ method }) => method))].sort(),
        allowHeaders: CORS_HEADERS,
      },
    });
    const tokens = new api.CfnAuthorizer(this, 'Tokens', {
      apiId: made.ref,
      name: 'tokens',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { issuer: front.issuer, audience: [...front.audience] },
    });
    stage(this, system, front, made.ref);
    for (const endpoint of endpoints) {
      route(this, system, front, { apiId: made.ref, tokens: tokens.ref, endpoint });
      watchRoute(this, system, made.ref, endpoint);
    }
    staffOfApi(this, system, made.ref, endpoints);
    new CfnOutput(this, 'ApiUrl', { value: made.attrApiEndpoint });
  }
}

/** What is deployed at once, whatever route has changed; its throttle, and its access log. */
function stage(scope: Construct, { names }: System, front: ApiFront, apiId: string): void {
  const log = new logs.LogGroup(scope, 'AccessLog', {
    logGroupName: names.apiLogGroup,
    retention: logs.RetentionDays.ONE_MONTH,
    // As a function's: a kept group would stop the next deployment.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  new api.CfnStage(scope, 'Stage', {
    apiId,
    // The only one whose name is no part of the path.
    stageName: '$default',
    autoDeploy: true,
    // Detailed metrics are those of a route.
    defaultRouteSettings: { throttlingRateLimit: front.ratePerSecond, throttlingBurstLimit: front.burst, detailedMetricsEnabled: true },
    accessLogSettings: { destinationArn: log.logGroupArn, format: JSON.stringify(LOGGED) },
  });
}

function route(scope: Construct, system: System, front: ApiFront, { apiId, tokens, endpoint }: { apiId: string; tokens: string; endpoint: Endpoint }): void {
  const id = logicalId(endpoint.name);
  const functionArn = system.names.releasedArn(scope, endpoint.name, system.options);
  const integration = new api.CfnIntegration(scope, `${id}Integration`, {
    apiId,
    integrationType: 'AWS_PROXY',
    integrationUri: functionArn,
    // That of a Function URL, too.
    payloadFormatVersion: '2.0',
    timeoutInMillis: endpoint.timeoutSeconds * 1_000,
  });
  new api.CfnRoute(scope, `${id}Route`, {
    apiId,
    routeKey: `${endpoint.method} ${endpoint.path}`,
    target: `integrations/${integration.ref}`,
    ...authorised(front, tokens, endpoint),
  });
  new CfnPermission(scope, `${id}Permission`, {
    action: 'lambda:InvokeFunction',
    functionName: functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: system.names.routeArn(scope, apiId, endpoint),
  });
}

function authorised(front: ApiFront, tokens: string, endpoint: Endpoint): { authorizationType: string; authorizerId?: string } {
  if (endpoint.callers === 'staff') return { authorizationType: 'AWS_IAM' };
  return isOpen(front, endpoint) ? { authorizationType: 'NONE' } : { authorizationType: 'JWT', authorizerId: tokens };
}
