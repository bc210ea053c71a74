import type { App } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** What whoever deploys decides, as CDK context (`-c name=value`). Values that differ by account are stack parameters. */
export interface Options {
  /** Prefix of every name, so that several copies live in one account. */
  readonly stage?: string;
  /** `true`: the tables go with their stack. For test stacks only; otherwise they are kept and protected. */
  readonly ephemeral: boolean;
  /** Who may call a publisher: signed requests of principals that IAM allows (the default), or everybody. */
  readonly functionUrlAuth: lambda.FunctionUrlAuthType;
  /** The origins whose pages may call publishers and queries from a browser (CORS); none unless it is said. */
  readonly corsOrigins: readonly string[];
  /** Who may read the schemas of events, commands and answers: those whom IAM allows (the default), or everybody. */
  readonly schemas: 'private' | 'public';
  /** Where schemas are said to be, an address that leads to their bucket; without it, the bucket's own. */
  readonly schemasUrl?: string;
  /** The SNS topic that alarms notify. Without it, alarms only change their colour. */
  readonly alarmTopicArn?: string;
}

export function readOptions(app: App): Options {
  const auth = context(app, 'functionUrlAuth') ?? lambda.FunctionUrlAuthType.AWS_IAM;
  if (auth !== lambda.FunctionUrlAuthType.AWS_IAM && auth !== lambda.FunctionUrlAuthType.NONE) {
    throw new Error(`-c functionUrlAuth=${auth}: expected AWS_IAM or NONE`);
  }
  const ephemeral = context(app, 'ephemeral') ?? 'false';
  if (ephemeral !== 'true' && ephemeral !== 'false') {
    throw new Error(`-c ephemeral=${ephemeral}: expected true or false`);
  }
  const stage = context(app, 'stage');
  if (stage !== undefined && !/^[a-z][a-z0-9]{0,15}$/.test(stage)) {
    throw new Error(`-c stage=${stage}: expected at most 16 lower-case letters and digits, a letter first`);
  }
  const schemas = context(app, 'schemas') ?? 'private';
  if (schemas !== 'private' && schemas !== 'public') {
    throw new Error(`-c schemas=${schemas}: expected private or public`);
  }
  const schemasUrl = context(app, 'schemasUrl');
  if (schemasUrl !== undefined && !/^https?:\/\/[a-z0-9.-]+(:[0-9]+)?(\/[A-Za-z0-9._~-]+)*$/.test(schemasUrl)) {
    throw new Error(`-c schemasUrl=${schemasUrl}: expected a URL without a slash at its end (https://schemas.shop.example)`);
  }
  return {
    schemas,
    schemasUrl,
    stage,
    ephemeral: ephemeral === 'true',
    functionUrlAuth: auth,
    corsOrigins: readOrigins(context(app, 'corsOrigins')),
    alarmTopicArn: context(app, 'alarmTopicArn'),
  };
}

/** `https://shop.example,http://localhost:3000`, or `*` for every origin. */
function readOrigins(text = ''): string[] {
  const origins = text.split(',').map((origin) => origin.trim()).filter((origin) => origin !== '');
  const wrong = origins.find((origin) => origin !== '*' && !/^https?:\/\/[a-z0-9.-]+(:[0-9]+)?$/.test(origin));
  if (wrong !== undefined) {
    throw new Error(`-c corsOrigins=${text}: ${wrong} is no origin (scheme, host and port, without a path), nor *`);
  }
  if (origins.length > 1 && origins.includes('*')) throw new Error(`-c corsOrigins=${text}: * is every origin, and stands alone`);
  return origins;
}

/** The command line gives texts, `cdk.json` may give booleans; an empty text is how a Makefile says "not set". */
function context(app: App, name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined || value === null || value === '' ? undefined : String(value);
}
