import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { CLAIMS, commandOf, IDEMPOTENCY, OUTBOX, PERSON_KEYS, SCHEMAS, type Consumer, type Endpoint } from './catalogue.ts';

/**
 * The physical names of everything, decided here and nowhere else.
 *
 * Stacks refer to each other's resources by these names, not by CloudFormation exports: an export cannot change or go
 * while a stack imports it, so a later change of the platform would have to be deployed in two steps. The price is that
 * CloudFormation does not see the order; `system.ts` states it with `addStackDependency`. Names that people can guess are
 * also what lets `cargo lambda deploy create-invoice` and the command line find a function, a queue or a table.
 *
 * A property that CloudFormation can only change by replacement (the key of a table) needs a new name.
 */
export class Names {
  readonly #system: string;
  readonly #prefix: string;

  constructor(system: string, stage?: string) {
    this.#system = system;
    this.#prefix = stage ? `${stage}-` : '';
  }

  stack(service: string): string {
    return this.#of(`${this.#system}-${service}`);
  }

  /** The system and its stage, as operators' permissions name them. */
  get operated(): string {
    return this.#of(this.#system);
  }

  /** Of the whole system; its stack has the same name. */
  get dashboard(): string {
    return this.#of(`${this.#system}-dashboard`);
  }

  /** Of the whole system, where it has one; its stack has the same name. */
  get api(): string {
    return this.#of(`${this.#system}-api`);
  }

  /** With the beginning that CloudWatch Logs lets services write to without a policy that grows (AWS: CloudWatch Logs, vended logs). */
  get apiLogGroup(): string {
    return `/aws/vendedlogs/${this.api}`;
  }

  get topic(): string {
    return this.#of(`${this.#system}-events`);
  }

  /**
   * The path of the roles that may publish: those of relays and sweepers. The names of roles are CloudFormation's, because they are an account's and not a
   * region's; their path is what the topic knows them by.
   */
  get relaysPath(): string {
    return `/${this.#of(this.#system)}/relays/`;
  }

  /** The roles of relays and sweepers, wherever their stack is. */
  relayRoles(scope: IConstruct): string {
    return Stack.of(scope).formatArn({ service: 'iam', region: '', resource: 'role', resourceName: `${this.relaysPath.slice(1)}*` });
  }

  /** The topic of the system's alarms. */
  get operations(): string {
    return this.#of(`${this.#system}-operations`);
  }

  table(name: string): string {
    return this.#of(`${this.#system}-${name}`);
  }

  get idempotencyTable(): string {
    return this.table(IDEMPOTENCY);
  }

  get outboxTable(): string {
    return this.table(OUTBOX);
  }

  /**
   * The names of buckets are global, so this one has account and region in it. It says less than the others because
   * it may have 63 characters (AWS: S3, bucket naming rules), of which stage, account and region take up to 45.
   */
  claimsBucket(scope: IConstruct): string {
    return this.#bucket(scope, CLAIMS);
  }

  claimsBucketArn(scope: IConstruct): string {
    return bucketArn(scope, this.claimsBucket(scope));
  }

  /** Where the schemas are. */
  schemasBucket(scope: IConstruct): string {
    return this.#bucket(scope, SCHEMAS);
  }

  /** Where that bucket answers (AWS: S3, virtual hosting of buckets). */
  schemasUrl(scope: IConstruct): string {
    const { region, urlSuffix } = Stack.of(scope);
    return `https://${this.schemasBucket(scope)}.s3.${region}.${urlSuffix}`;
  }

  /** A bucket of the catalogue. */
  bucket(scope: IConstruct, name: string): string {
    const longest = this.#of(`${this.#system}-${name}-`).length + ACCOUNT_AND_REGION;
    // CloudFormation would find it out in the middle of a deployment.
    if (longest > 63) throw new Error(`the bucket ${name}: its name would have up to ${longest} characters, and S3 takes 63; a shorter stage is one way out`);
    return this.#bucket(scope, name);
  }

  bucketArn(scope: IConstruct, name: string): string {
    return bucketArn(scope, this.bucket(scope, name));
  }

  #bucket(scope: IConstruct, name: string): string {
    const { account, region } = Stack.of(scope);
    return this.#of(`${this.#system}-${name}-${account}-${region}`);
  }

  /** A secret in Secrets Manager; whoever deploys makes it. */
  secret(name: string): string {
    return `${this.#of(this.#system)}/${name}`;
  }

  /**
   * A secret's ARN ends with six characters that Secrets Manager chooses (AWS: Secrets Manager, "What's in a secret"). While there is no such
   * secret, the name alone is asked for: who may ask is told that it is not there, and not that access is denied.
   */
  secretArns(scope: IConstruct, name: string): string[] {
    const [service, resource] = ['secretsmanager', 'secret'];
    const arn = Stack.of(scope).formatArn({ service, resource, resourceName: this.secret(name), arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    return [arn, `${arn}-??????`];
  }

  /** The alias of the KMS key that wraps the keys of persons. The key itself has a name that nobody can guess. */
  get personKeysAlias(): string {
    return `alias/${this.#of(`${this.#system}-${PERSON_KEYS}`)}`;
  }

  function(name: string): string {
    return this.#of(name);
  }

  /** A route of this HTTP API, as API Gateway names it to Lambda and to IAM: with any value of its parameters (AWS: API Gateway, ARNs of `execute-api`). */
  routeArn(scope: IConstruct, apiId: string, { method, path }: Pick<Endpoint, 'method' | 'path'>): string {
    return Stack.of(scope).formatArn({ service: 'execute-api', resource: `${apiId}/*/${method}${path.replace(/\{[^}]+\}/g, '*')}` });
  }

  /** What requests go to: the function, or its alias. */
  releasedArn(scope: IConstruct, name: string, { deploy }: { deploy: 'at-once' | 'gradual' }): string {
    return this.functionArn(scope, name) + (deploy === 'gradual' ? `:${LIVE}` : '');
  }

  functionArn(scope: IConstruct, name: string): string {
    return Stack.of(scope).formatArn({ service: 'lambda', resource: 'function', resourceName: this.function(name), arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  }

  /** Of a consumer; that of a command's handler is FIFO, and SQS wants its name to say so. */
  queue(consumer: Receiver): string {
    return this.#of(`${consumer.name}${suffix(consumer)}`);
  }

  deadLetterQueue(consumer: Receiver): string {
    return this.#of(`${consumer.name}-dlq${suffix(consumer)}`);
  }

  /** What the names of reply queues begin with; whoever makes one adds 16 hexadecimal digits. */
  get replies(): string {
    return this.#of(`${this.#system}-replies-`);
  }

  subscriptionDeadLetterQueue(consumer: string): string {
    return this.#of(`${consumer}-subscription-dlq`);
  }

  failureQueue(relay: string): string {
    return this.#of(`${relay}-failures`);
  }

  /** Of the schedule that runs the function. */
  schedule(name: string): string {
    return this.#of(name);
  }

  logGroup(name: string): string {
    return `/aws/lambda/${this.function(name)}`;
  }

  topicArn(scope: IConstruct): string {
    return Stack.of(scope).formatArn({ service: 'sns', resource: this.topic });
  }

  tableArn(scope: IConstruct, name: string): string {
    return Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName: this.table(name) });
  }

  queueArn(scope: IConstruct, queue: string): string {
    return Stack.of(scope).formatArn({ service: 'sqs', resource: queue });
  }

  repliesArn(scope: IConstruct): string {
    return this.queueArn(scope, `${this.replies}*`);
  }

  indexArn(scope: IConstruct, table: string, index: string): string {
    return `${this.tableArn(scope, table)}/index/${index}`;
  }

  #of(name: string): string {
    return this.#prefix + name;
  }
}

/** As long as an account's number and a region's name get: `123456789012-ap-southeast-2`. */
const ACCOUNT_AND_REGION = 27;

function bucketArn(scope: IConstruct, bucket: string): string {
  return Stack.of(scope).formatArn({ service: 's3', account: '', region: '', resource: bucket });
}

/** The alias that requests and messages go to where versions are released gradually. */
export const LIVE = 'live';

type Receiver = Pick<Consumer, 'name' | 'takes'>;

function suffix(consumer: Receiver): string {
  return commandOf(consumer) === undefined ? '' : '.fifo';
}

/** `create-invoice` as CloudFormation writes it: `CreateInvoice`. */
export function logicalId(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, _dash, first: string) => first.toUpperCase());
}

/** `create-invoice` as the environment writes it: `CREATE_INVOICE`. */
export function environmentName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}

