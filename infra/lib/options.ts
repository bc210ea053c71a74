import { RemovalPolicy, type App } from 'aws-cdk-lib';
import { readFront, type Front } from './front.ts';

/** What whoever deploys decides, as CDK context (`-c name=value`). Values that differ by account are stack parameters. */
export interface Options {
  /** Prefix of every name, so that several copies live in one account. */
  readonly stage?: string;
  /** `true`: the tables go with their stack. For test stacks only; otherwise they are kept and protected. */
  readonly ephemeral: boolean;
  /** `true`: this system is not there yet, and nothing forbids that what a failed deployment has made is taken back. */
  readonly first: boolean;
  /** What stands in front of endpoints: their own URLs (the default), or an HTTP API. */
  readonly front: Front;
  /** Whether an endpoint refuses what does not name the invocation that it comes with: what `Invoke` was called with (`shared/aws/src/http/front.rs`). */
  readonly namedInvocations: boolean;
  /** The origins whose pages may call publishers and queries from a browser (CORS); none unless it is said. */
  readonly corsOrigins: readonly string[];
  /** Who may read the schemas of events, commands and answers: those whom IAM allows (the default), or everybody. */
  readonly schemas: 'private' | 'public';
  /** Where schemas are said to be, an address that leads to their bucket; without it, the bucket's own. */
  readonly schemasUrl?: string;
  /** `true`: SES still has the account in its sandbox, where a recipient is an identity, too, which a sender needs a permission for. */
  readonly sesSandbox: boolean;
  /** Whether a new version of a function gets all requests and messages at once, or a tenth more every three minutes. */
  readonly deploy: 'at-once' | 'gradual';
  /** Whether event source mappings count what they poll, filter out, hand over and give up. */
  readonly mappingMetrics: boolean;
  /** How relays keep up, and what they keep for themselves. */
  readonly relays: RelayOptions;
  /** What a table takes a second at most, in read units and in write units; as much as the account allows unless it is said. */
  readonly maximumThroughput?: number;
  /** The lowest level of log lines that is kept. Metrics, which are log lines, are above all of them. */
  readonly logLevel: ApplicationLogLevel;
  /** US dollars a month of the account, of which the operations topic is told when they are reached or will be. */
  readonly monthlyBudget?: number;
  /** The SNS topic that alarms notify. Without it, the system makes one of its own. */
  readonly alarmTopicArn?: string;
}

export interface RelayOptions {
  /** How many batches of a shard are handled at once; the events of an aggregate stay in their order (AWS: Lambda, services-ddb-params). */
  readonly parallelisation: number;
  /** Instead of the memory that the catalogue says. */
  readonly memoryMb?: number;
  /** How many environments each relay and sweeper has for itself, whatever else uses up the account's. */
  readonly reserved?: number;
}

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
type ApplicationLogLevel = (typeof LEVELS)[number];

export function readOptions(app: App): Options {
  const front = readFront({ text: (name) => context(app, name), whole: (name, least, most) => whole(app, name, least, most) });
  if (front.kind === 'http-api' && flag(app, 'namedInvocations')) {
    throw new Error('-c namedInvocations: an HTTP API names its own request, and not the invocation');
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
  if (context(app, 'monthlyBudget') !== undefined && context(app, 'alarmTopicArn') !== undefined) {
    throw new Error('-c monthlyBudget: it tells the topic of the system, which there is none of with -c alarmTopicArn');
  }
  return {
    schemas,
    schemasUrl,
    stage,
    ephemeral: flag(app, 'ephemeral'),
    first: flag(app, 'first'),
    front,
    mappingMetrics: flag(app, 'mappingMetrics'),
    deploy: readDeploy(context(app, 'deploy')),
    namedInvocations: flag(app, 'namedInvocations'),
    corsOrigins: readOrigins(context(app, 'corsOrigins')),
    sesSandbox: flag(app, 'sesSandbox'),
    relays: {
      parallelisation: whole(app, 'relayParallelisation', 1, 10) ?? 1,
      memoryMb: whole(app, 'relayMemoryMb', 128, 10_240),
      // One is needed for a shard's batch; a stream has as many shards as its table has partitions.
      reserved: whole(app, 'relayReserved', 1, 1_000),
    },
    maximumThroughput: whole(app, 'maximumThroughput', 1, 1_000_000),
    logLevel: readLevel(context(app, 'logLevel')),
    monthlyBudget: whole(app, 'monthlyBudget', 1, 100_000_000),
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

function readDeploy(text = 'at-once'): 'at-once' | 'gradual' {
  return text === 'at-once' || text === 'gradual' ? text : refuse('deploy', text, 'at-once or gradual');
}

function readLevel(text = 'INFO'): ApplicationLogLevel {
  return LEVELS.find((level) => level === text) ?? refuse('logLevel', text, LEVELS.join(', '));
}

function whole(app: App, name: string, least: number, most: number): number | undefined {
  const text = context(app, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) refuse(name, text, `a whole number from ${least} to ${most}`);
  return value;
}

function refuse(name: string, text: string, expected: string): never {
  throw new Error(`-c ${name}=${text}: expected ${expected}`);
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
