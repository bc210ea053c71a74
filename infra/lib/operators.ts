import { CfnOutput, Stack, Tags, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { EVENTS, IDEMPOTENCY, OPERATIONS, OUTBOX, PENDING, PERSON_KEYS, type Table } from './catalogue.ts';
import type { Names } from './names.ts';
import { open } from './service-stack.ts';
import type { System } from './system.ts';

/** What an operator may do with dead letters, each more than the one before it gives (`docs/dead-letters.md`). Whoever may redrive, edit or drop needs `look` as well. */
export const ACTS = ['look', 'open', 'redrive', 'edit', 'drop'] as const;
export type OperatorsAct = (typeof ACTS)[number];

/** The tag that says what a queue holds. A policy has 6,144 characters at most (AWS: IAM, quotas), so it cannot name every queue of a system. */
const HOLDS = 'tidings:holds';
/** The tag that says of which system, and which stage of it. */
const SYSTEM = 'tidings:system';

type Holds = 'messages' | 'dead-letters';

/** Says of a queue what operators may do with it. */
export function holds(queue: IQueue, names: Names, what: Holds): void {
  Tags.of(queue).add(HOLDS, what);
  Tags.of(queue).add(SYSTEM, names.operated);
}

/** A managed policy for each act, for whoever makes the roles of people: none of them is attached to anything here. */
export function operatorsPolicies(scope: Construct, system: System): void {
  const stack = Stack.of(scope);
  Validations.of(stack).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::${open(stack.resolve(system.names.queueArn(stack, '*')))}]`,
    reason: 'Of the queues, only those of this system and stage: a condition on their tags says so',
  });
  for (const act of ACTS) {
    const policy = new iam.ManagedPolicy(scope, `Operators${title(act)}`, {
      description: `${system.names.operated}: ${DESCRIPTIONS[act]}`,
      statements: statements(scope, system, act),
    });
    new CfnOutput(scope, `Operators${title(act)}Policy`, { value: policy.managedPolicyArn });
  }
}

const DESCRIPTIONS: Record<OperatorsAct, string> = {
  look: 'lists, shows and explains dead letters, writes notes, and traces what became of an event',
  open: 'opens the personal values of dead letters',
  redrive: 'sends dead letters back to their consumers',
  edit: 'edits dead letters',
  drop: 'drops dead letters, and brings them back',
};

function statements(scope: Construct, system: System, act: OperatorsAct): iam.PolicyStatement[] {
  const { catalogue, names } = system;
  const table = (actions: string[], ...tables: string[]) => new iam.PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: tables.filter((name) => catalogue.tables.some((one) => one.name === name)).map((name) => names.tableArn(scope, name)),
  });
  const queues = (actions: string[], ...what: Holds[]) => new iam.PolicyStatement({
    actions: actions.map((action) => `sqs:${action}`),
    resources: [names.queueArn(scope, '*')],
    conditions: { StringEquals: { [`aws:ResourceTag/${HOLDS}`]: what, [`aws:ResourceTag/${SYSTEM}`]: names.operated } },
  });
  // The lock of a queue, the act, the letter as it was.
  const recorded = table(['PutItem', 'UpdateItem', 'DeleteItem'], OPERATIONS);
  const personal = catalogue.tables.some(({ name }) => name === PERSON_KEYS);
  switch (act) {
    case 'look': {
      const notes = table(['PutItem'], OPERATIONS);
      notes.addCondition('ForAllValues:StringEquals', { 'dynamodb:LeadingKeys': ['notes'] });
      return [
        // SQS shows a message only to who receives it; what was received is let go of.
        queues(['GetQueueUrl', 'GetQueueAttributes', 'ReceiveMessage', 'ChangeMessageVisibility'], 'dead-letters'),
        queues(['GetQueueUrl', 'GetQueueAttributes'], 'messages'),
        table(['GetItem', 'Query'], OPERATIONS, IDEMPOTENCY, EVENTS, PERSON_KEYS),
        notes,
        ...tracing(scope, system),
      ];
    }
    case 'open':
      // Nobody has a person's key where the system keeps none; a policy needs a statement all the same.
      return personal ? [table(['BatchGetItem'], PERSON_KEYS), opening(scope, names)] : [table(['GetItem'], OPERATIONS)];
    case 'redrive':
      return [queues(['DeleteMessage'], 'dead-letters'), queues(['SendMessage'], 'messages'), recorded];
    case 'edit':
      return [queues(['DeleteMessage', 'SendMessage'], 'dead-letters'), table(['UpdateItem', 'DeleteItem'], IDEMPOTENCY), recorded];
    case 'drop':
      return [
        queues(['DeleteMessage', 'SendMessage'], 'dead-letters'),
        // Whoever waits behind a letter is called.
        queues(['ChangeMessageVisibility'], 'messages'),
        table(['DeleteItem'], IDEMPOTENCY),
        recorded,
      ];
  }
}

/** What `tidings trace` reads besides: whether an event was published, and the log of all events, which is known by its keys (`docs/trace.md`). */
function tracing(scope: Construct, { catalogue, names }: System): iam.PolicyStatement[] {
  const log = ({ partitionKey, indexes }: Table) => partitionKey === 'event'
    && ['correlation_id', 'subject'].every((key) => indexes.some((index) => index.partitionKey === key));
  const logs = catalogue.tables.filter(log);
  const stores = catalogue.tables.filter(({ name }) => name === OUTBOX || name === EVENTS);
  const read = (actions: string[], resources: string[]) => resources.length === 0 ? [] : [new iam.PolicyStatement({
    actions: actions.map((action) => `dynamodb:${action}`),
    resources,
  })];
  return [
    ...read(['BatchGetItem', 'GetItem', 'Query'], [...logs, ...stores].map(({ name }) => names.tableArn(scope, name))),
    ...read(['Query'], logs.flatMap(({ name, indexes }) => indexes.map((index) => names.indexArn(scope, name, index.name)))),
    ...read(['Scan'], stores.map(({ name }) => names.indexArn(scope, name, PENDING))),
  ];
}

function opening(scope: Construct, names: Names): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [Stack.of(scope).formatArn({ service: 'kms', resource: 'key', resourceName: '*' })],
    conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': names.personKeysAlias } },
  });
}

function title(act: string): string {
  return act[0]!.toUpperCase() + act.slice(1);
}
