import { RemovalPolicy, type App } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** What whoever deploys decides, as CDK context (`-c name=value`). Values that differ by account are stack parameters. */
export interface Options {
  /** Prefix of every name, so that several copies live in one account. */
  readonly stage?: string;
  /** `true`: the tables go with their stack. For test stacks only; otherwise they are kept and protected. */
  readonly ephemeral: boolean;
  /** `true`: this system is not there yet, and nothing forbids that what a failed deployment has made is taken back. */
  readonly first: boolean;
  /** Who may call a publisher: signed requests of principals that IAM allows (the default), or everybody. */
  readonly functionUrlAuth: lambda.FunctionUrlAuthType;
  /** The origins whose pages may call publishers and queries from a browser (CORS); none unless it is said. */
  readonly corsOrigins: readonly string[];
  /** `true`: SES still has the account in its sandbox, where a recipient is an identity, too, which a sender needs a permission for. */
  readonly sesSandbox: boolean;
  /** The SNS topic that alarms notify. Without it, the system makes one of its own. */
  readonly alarmTopicArn?: string;
}

export function readOptions(app: App): Options {
  const auth = context(app, 'functionUrlAuth') ?? lambda.FunctionUrlAuthType.AWS_IAM;
  if (auth !== lambda.FunctionUrlAuthType.AWS_IAM && auth !== lambda.FunctionUrlAuthType.NONE) {
    throw new Error(`-c functionUrlAuth=${auth}: expected AWS_IAM or NONE`);
  }
  const stage = context(app, 'stage');
  if (stage !== undefined && !/^[a-z][a-z0-9]{0,15}$/.test(stage)) {
    throw new Error(`-c stage=${stage}: expected at most 16 lower-case letters and digits, a letter first`);
  }
  return {
    stage,
    ephemeral: flag(app, 'ephemeral'),
    first: flag(app, 'first'),
    functionUrlAuth: auth,
    corsOrigins: readOrigins(context(app, 'corsOrigins')),
    sesSandbox: flag(app, 'sesSandbox'),
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

function flag(app: App, name: string): boolean {
  const value = context(app, name) ?? 'false';
  if (value !== 'true' && value !== 'false') throw new Error(`-c ${name}=${value}: expected true or false`);
  return value === 'true';
}

/**
 * What outlives its stack: kept when the stack goes or replaces it, but taken back when a deployment fails that has made it. Kept then, too, it would
 * stop every retry: its name would be taken (AWS: CloudFormation user guide, DeletionPolicy attribute, `RetainExceptOnCreate`).
 */
export function outliving({ ephemeral }: Options): RemovalPolicy {
  return ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
}

/** Whether tables and stacks refuse to be deleted. A table that does would also stop the rollback of the deployment that has made it. */
export function guarded({ ephemeral, first }: Options): boolean {
  return !ephemeral && !first;
}

/** The command line gives texts, `cdk.json` may give booleans; an empty text is how a Makefile says "not set". */
function context(app: App, name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined || value === null || value === '' ? undefined : String(value);
}
