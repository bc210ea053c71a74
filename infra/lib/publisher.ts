import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { depositing, publishing, together, using } from './access.ts';
import type { Publisher } from './catalogue.ts';
import { RustFunction } from './function.ts';
import { logicalId } from './names.ts';
import type { System } from './system.ts';

/** HTTP -> function -> topic. */
export class PublisherOf extends Construct {
  constructor(scope: Construct, system: System, topicArn: string, publisher: Publisher) {
    super(scope, logicalId(publisher.name));
    const access = together(
      ...(publisher.publishes.length > 0 ? [publishing(topicArn), depositing(this, system.names)] : []),
      using(this, system.names, publisher.uses),
    );
    const { lambda } = new RustFunction(this, system, publisher, access);

    // A caller needs lambda:InvokeFunctionUrl *and* lambda:InvokeFunction. With AWS_IAM both are in the caller's own
    // policy, which is not ours to write; with NONE the CDK allows both to everybody.
    const url = lambda.addFunctionUrl({ authType: system.options.functionUrlAuth });

    const id = logicalId(publisher.name);
    new CfnOutput(scope, `${id}Function`, { value: lambda.functionName });
    new CfnOutput(scope, `${id}Url`, { value: url.url, description: `${publisher.method} ${publisher.path}` });
  }
}
