import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Access } from './access.ts';
import type { Declared } from './catalogue.ts';
import { functionFolder } from './load.ts';
import { architecture } from './parameters.ts';
import type { System } from './system.ts';

/** What only some functions have: a path of the role, which is a part of its ARN that others can name; another memory; environments of its own. */
export interface Special {
  readonly path?: string;
  readonly memoryMb?: number;
  readonly reserved?: number;
}

/** One Rust binary as a Lambda function, with a role and a log group of its own. */
export class RustFunction extends Construct {
  readonly lambda: lambda.Function;

  constructor(scope: Construct, system: System, declared: Declared, access: Access, special: Special = {}) {
    super(scope, 'Function');

    // Made here, so that it has a retention; Lambda's own would keep its lines (and their cost) for ever.
    const logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName: system.names.logGroup(declared.name),
      retention: logs.RetentionDays.ONE_MONTH,
      // A kept group would stop the next deployment: its name is taken.
      removalPolicy: RemovalPolicy.DESTROY,
    });

    this.lambda = new lambda.Function(this, 'Lambda', {
      functionName: system.names.function(declared.name),
      description: `${system.catalogue.system}: ${declared.name} (${declared.service})`,
      runtime: lambda.Runtime.PROVIDED_AL2023,
      handler: 'bootstrap',
      // Only the binary: `cargo lambda deploy` leaves an archive beside it.
      code: lambda.Code.fromAsset(functionFolder(system.functions, declared.name), { exclude: ['*', '!bootstrap'] }),
      architecture: architecture(this),
      timeout: Duration.seconds(declared.timeoutSeconds),
      memorySize: special.memoryMb ?? declared.memoryMb,
      reservedConcurrentExecutions: special.reserved,
      environment: access.environment,
      role: this.#role(logGroup, access, special.path),
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      // Lambda's own are INFO, unless it is said: the template then says nothing.
      ...(system.options.logLevel !== 'INFO' && { applicationLogLevelV2: system.options.logLevel as lambda.ApplicationLogLevel }),
    });
  }

  /**
   * The policy is part of the role, not a resource beside it: a role is never without its permissions, which an event
   * source mapping checks the moment it is made. `AWSLambdaBasicExecutionRole` is left out, because it may write to
   * every log group of the account.
   */
  #role(logGroup: logs.LogGroup, access: Access, path?: string): iam.IRole {
    const log = new iam.PolicyStatement({
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [logGroup.logGroupArn],
    });
    const role = new iam.Role(this, 'Role', {
      path,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { own: new iam.PolicyDocument({ statements: [log, ...access.statements] }) },
    });
    // What a function may do is written in `access.ts` and nowhere else: no construct adds to it behind our back, and
    // a `grant...()` of the CDK has no effect on this role.
    return role.withoutPolicyUpdates();
  }
}
