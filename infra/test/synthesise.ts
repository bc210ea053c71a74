import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Catalogue, Consumer } from '../lib/catalogue.ts';
import { loadCatalogue } from '../lib/load.ts';
import { addSystem } from '../lib/system.ts';
import type { Statement } from './model/iam.ts';

export const FIXTURE = relative(process.cwd(), resolve(import.meta.dirname, 'catalogue.json'));

/** The catalogues that every rule is checked on: the one beside this file and, when it is named, the project's own. */
export const catalogues: string[] = [FIXTURE, ...(process.env.TIDINGS_CATALOGUE ? [process.env.TIDINGS_CATALOGUE] : [])];

export interface Resource {
  readonly id: string;
  readonly stack: string;
  readonly type: string;
  /** The properties, with references replaced by names (see `Template.plain`). */
  readonly properties: any;
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
  readonly dependsOn: string[];
}

export interface Synthesised {
  readonly catalogue: Catalogue;
  /** The stacks' templates as CloudFormation gets them. */
  readonly templates: Map<string, any>;
  readonly dependencies: Map<string, string[]>;
  /** Of each stack, whether CloudFormation refuses to delete it. */
  readonly terminationProtection: Map<string, boolean>;
  readonly resources: Resource[];
  all(type: string): Resource[];
}

/** What `cdk.json` gives to every synthesis: the behaviours that the CDK lets one choose. */
export const CONTEXT: Record<string, unknown> = JSON.parse(readFileSync(resolve(import.meta.dirname, '../cdk.json'), 'utf8')).context ?? {};

const root = mkdtempSync(join(tmpdir(), 'tidings-infra-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** Removed at the end of the test process. */
export function temporaryFolder(): string {
  return mkdtempSync(join(root, 'test-'));
}

/** Stand-ins for the compiled functions: the tests must not wait for a Rust build. */
export function dummyFunctions({ publishers, queries, consumers, relays, sweepers, reapers, snapshotters, scheduled }: Catalogue): string {
  const folder = temporaryFolder();
  for (const { name } of [...publishers, ...queries, ...consumers, ...relays, ...sweepers, ...reapers, ...snapshotters, ...scheduled]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'bootstrap'), '#!/bin/sh\n');
    chmodSync(join(folder, name, 'bootstrap'), 0o755);
  }
  return folder;
}

/** The names of a consumer's queue, of its DLQ and, where it subscribes, of that of its subscription. */
export function queuesOf(consumer: Pick<Consumer, 'name' | 'takes'>): string[] {
  const { name } = consumer;
  return 'command' in consumer.takes ? [`${name}.fifo`, `${name}-dlq.fifo`] : [name, `${name}-dlq`, `${name}-subscription-dlq`];
}

/** A catalogue with changes, written to a file of its own. */
export function changed(change: (catalogue: any) => void, from = FIXTURE): string {
  const catalogue = JSON.parse(readFileSync(from, 'utf8'));
  change(catalogue);
  const file = join(temporaryFolder(), 'catalogue.json');
  writeFileSync(file, JSON.stringify(catalogue));
  return file;
}

const synthesised = new Map<string, Synthesised>();

/** What the system of a catalogue is deployed as: made once for all tests, which only read it. */
export function synthesise(file = FIXTURE, context: Record<string, unknown> = {}): Synthesised {
  const asked = JSON.stringify([file, context]);
  const made = synthesised.get(asked) ?? frozen(synthesiseAnew(file, context));
  synthesised.set(asked, made);
  return made;
}

/** Whoever changed it would change it for the tests that come after. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of value instanceof Map ? value.values() : Object.values(Object.freeze(value))) frozen(part);
  return value;
}

function synthesiseAnew(file: string, context: Record<string, unknown>): Synthesised {
  const catalogue = loadCatalogue(file);
  const app = new App({ context: { ...CONTEXT, ...context }, outdir: temporaryFolder() });
  addSystem(app, catalogue, dummyFunctions(catalogue), file);
  const { stacks } = app.synth();
  const resources = stacks.flatMap((stack) => plainResources(stack.stackName, stack.template));
  return {
    catalogue,
    templates: new Map(stacks.map((stack) => [stack.stackName, stack.template])),
    dependencies: new Map(stacks.map((stack) => [
      stack.stackName,
      stack.dependencies.map(({ id }) => id).filter((id) => stacks.some((other) => other.id === id)),
    ])),
    terminationProtection: new Map(stacks.map((stack) => [stack.stackName, stack.terminationProtection ?? false])),
    resources,
    all: (type) => resources.filter((resource) => resource.type === type),
  };
}

function plainResources(stack: string, template: any): Resource[] {
  return Object.entries<any>(template.Resources).map(([id, resource]) => ({
    id,
    stack,
    type: resource.Type,
    properties: plain(template, resource.Properties ?? {}),
    deletionPolicy: resource.DeletionPolicy,
    updateReplacePolicy: resource.UpdateReplacePolicy,
    dependsOn: resource.DependsOn ?? [],
  }));
}

const ARN: Record<string, (properties: any) => string> = {
  'AWS::SQS::Queue': (queue) => arn('sqs', queue.QueueName),
  'AWS::SNS::Topic': (topic) => arn('sns', topic.TopicName),
  'AWS::Logs::LogGroup': (group) => arn('logs', `log-group:${group.LogGroupName}:*`),
};

/** An ARN as `plain` writes it. */
export function arn(service: string, name: string): string {
  return `arn:AWS::Partition:${service}:AWS::Region:AWS::AccountId:${name}`;
}

/** Replaces references by what they mean, so that a test can say `create-invoice-dlq` where CloudFormation has an id. */
function plain(template: any, value: any): any {
  if (Array.isArray(value)) return value.map((item) => plain(template, item));
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return reference(template, value.Ref);
  if ('Fn::Join' in value) return plain(template, value['Fn::Join'][1]).join(value['Fn::Join'][0]);
  if ('Fn::Sub' in value) return value['Fn::Sub'];
  if ('Fn::Select' in value) return `part ${value['Fn::Select'][0]} of ${value['Fn::Select'][1]['Fn::Split'][1].Ref}`;
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'];
    const { Type, Properties } = template.Resources[id];
    if (attribute === 'QueueName') return Properties.QueueName;
    if (attribute === 'StreamArn') return `stream of ${Properties.TableName}`;
    return attribute === 'Arn' && ARN[Type] ? ARN[Type](Properties) : `${id}.${attribute}`;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(template, item)]));
}

function reference(template: any, id: string): string {
  const resource = template.Resources[id];
  if (resource?.Type === 'AWS::SQS::Queue') return `url of ${resource.Properties.QueueName}`;
  if (resource?.Type === 'AWS::SNS::Topic') return arn('sns', resource.Properties.TopicName);
  if (resource?.Type === 'AWS::Lambda::Function') return resource.Properties.FunctionName;
  if (resource?.Type === 'AWS::Logs::LogGroup') return resource.Properties.LogGroupName;
  return id;
}

/** The metrics that an alarm watches: `namespace name dimension=value`. */
export function watchedBy({ Namespace, MetricName, Dimensions, Metrics }: any): string[] {
  const line = (metric: any) => [metric.Namespace, metric.MetricName, ...metric.Dimensions.map(({ Name, Value }: any) => `${Name}=${Value}`)].join(' ');
  if (!Metrics) return [line({ Namespace, MetricName, Dimensions })];
  return Metrics.flatMap(({ MetricStat }: any) => (MetricStat ? [line(MetricStat.Metric)] : []));
}

/** What the role of a function may do. */
export function statementsOf({ all }: Synthesised, name: string): Statement[] {
  const role = all('AWS::Lambda::Function').find(({ properties }) => properties.FunctionName === name)?.properties.Role;
  const found = all('AWS::IAM::Role').filter(({ id }) => `${id}.Arn` === role);
  if (found.length !== 1) throw new Error(`${found.length} roles of ${name}`);
  return found[0]!.properties.Policies.flatMap((policy: any) => policy.PolicyDocument.Statement);
}
