/** What `tidings catalog --json` prints: the declarations of the Rust code, which this app turns into resources. */
export interface Catalogue {
  system: string;
  /** Which aggregate each event type is of; nothing where the catalogue does not say it. */
  aggregates?: Map<string, string>;
  tables: Table[];
  publishers: Endpoint[];
  queries: Endpoint[];
  consumers: Consumer[];
  relays: Relay[];
  sweepers: Sweeper[];
  reapers: Reaper[];
  snapshotters: Snapshotter[];
  scheduled: Scheduled[];
}

export interface Table {
  name: string;
  service: string;
  partitionKey: string;
  sortKey: string | null;
  /** The attribute that holds the time to live, in seconds since 1970. */
  expiry: string | null;
  stream: boolean;
  indexes: Index[];
}

/** Another order of those items that have both of its keys. */
export interface Index {
  name: string;
  partitionKey: string;
  sortKey: string;
  /** What it holds besides keys. */
  includes: string[];
}

export interface EventVersion {
  type: string;
  version: number;
}

/**
 * `list` is for the indexes of a table, the others are for the table itself. `append` puts what is new and changes nothing that is there; `mark` reads, and
 * changes nothing but what says whether an entry is published.
 */
export type Access = 'read' | 'list' | 'write' | 'readWrite' | 'append' | 'readAppend' | 'mark';
/** Of personal values and buckets. */
export type PlainAccess = 'read' | 'write' | 'readWrite';
/**
 * A command is sent to the queue of its handler; replies come to queues that the function makes itself. A secret is a parameter that whoever
 * deploys has made, and a parameter a plain value that whoever deploys may choose; a bucket holds documents, and belongs to the service that writes it.
 */
export type Use =
  | { table: string; access: Access }
  | { mail: 'send' }
  | { personal: PlainAccess }
  | { secret: string }
  | { parameter: string; default: string; pattern: string; summary: string }
  | { bucket: string; access: PlainAccess }
  | { command: string }
  | { replies: 'receive' };

/** What every function says of itself. */
export interface Declared {
  name: string;
  service: string;
  timeoutSeconds: number;
  memoryMb: number;
  uses: Use[];
}

/** Which events a function states. */
export interface Stating extends Declared {
  publishes: EventVersion[];
}

/** A function that answers HTTP requests: a publisher, or a query, which publishes nothing. */
export interface Endpoint extends Declared {
  publishes: EventVersion[];
  method: string;
  path: string;
  /** Whom whoever deploys is to let call it. */
  callers: 'customers' | 'staff';
}

export type Takes = { types: string[] } | { prefix: string } | { all: true } | { command: string };
export type Filter = { type: (string | { prefix: string })[] } | null;

export interface Consumer extends Declared {
  guarantee: 'transactional' | 'leased' | 'natural';
  publishes: EventVersion[];
  /** Whether what it takes or emits can be too large for the topic: only then it reaches the bucket for such data. */
  claimCheck: boolean;
  takes: Takes;
  filter: Filter;
  batchSize: number;
  maximumConcurrency: number;
  visibilityTimeoutSeconds: number;
  maxReceiveCount: number;
  retentionSeconds: number;
  deadLetterRetentionSeconds: number;
}

/** A function on the stream of a table: it publishes what enters the table. */
export interface Relay extends Declared {
  table: string;
  batchSize: number;
  maximumRetryAttempts: number;
}

/** A function on a schedule: it publishes what was left over in a table, which it finds by the table's index `pending`. */
export interface Sweeper extends Declared {
  table: string;
  everyMinutes: number;
}

/** A function on a schedule: it deletes the reply queues that nobody owns any more. */
export interface Reaper extends Declared {
  everyMinutes: number;
}

/** Any other function on a schedule: it ends what was left unfinished, and states what came of it. */
export interface Scheduled extends Declared {
  publishes: EventVersion[];
  everyMinutes: number;
}

/** The command that the consumer handles, if it handles one: its queue is then FIFO, and no subscription leads there. */
export function commandOf({ takes }: Pick<Consumer, 'takes'>): string | undefined {
  return 'command' in takes ? takes.command : undefined;
}

/** A function on the stream of the event store: it keeps snapshots of aggregates of these types. */
export interface Snapshotter extends Declared {
  table: string;
  aggregates: string[];
  batchSize: number;
  batchingWindowSeconds: number;
  maximumRetryAttempts: number;
}

/** The service that owns the topic and the shared tables. */
export const PLATFORM = 'platform';
/** The table that every consumer shares. */
export const IDEMPOTENCY = 'idempotency';
/** The table of events that are the state of aggregates. */
export const EVENTS = 'events';
/** The index of what is to be published. */
export const PENDING = 'pending';
/** The table through which every consumer emits. */
export const OUTBOX = 'outbox';

/** The table of what operators have done with dead letters. */
export const OPERATIONS = 'operations';

/** The table of the keys with which what events hold of persons is sealed. */
export const PERSON_KEYS = 'person-keys';

/** The bucket for the data of events that are too large for the topic. */
export const CLAIMS = 'claims';
/** What the bucket of schemas is called. */
export const SCHEMAS = 'schemas';

/** As long as SQS keeps a message. */
export const FOURTEEN_DAYS = 14 * 24 * 60 * 60;
/** How often a queue hands out a message: the most that SQS takes. Giving up is the runtime's. */
export const RECEIVES = 1000;

/** Every function of the system. */
export function functionsOf({ publishers, queries, consumers, relays, sweepers, reapers, snapshotters, scheduled }: Catalogue): Declared[] {
  return [...publishers, ...queries, ...consumers, ...relays, ...sweepers, ...reapers, ...snapshotters, ...scheduled];
}

/** The buckets that functions write. That of a service alone are its own: `rules.ts` has checked that no other service writes them. */
export function bucketsOf(catalogue: Catalogue, service?: string): string[] {
  const writers = functionsOf(catalogue).filter((one) => service === undefined || one.service === service);
  const written = writers.flatMap(({ uses }) => uses).flatMap((use) => ('bucket' in use && use.access !== 'read' ? [use.bucket] : []));
  return [...new Set(written)].sort();
}
