import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { bucketsOf, functionsOf } from '../lib/catalogue.ts';
import { loadCatalogue } from '../lib/load.ts';
import { catalogues, changed, CONTEXT, dummyFunctions, FIXTURE, temporaryFolder } from './synthesise.ts';

/** The app itself, as `cdk synth` runs it: a process that sees no AWS account. */
function run(file: string, context: Record<string, string> = {}, functions = dummyFunctions(loadCatalogue(FIXTURE))) {
  const out = temporaryFolder();
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bin/tidings.ts'], {
    cwd: resolve(import.meta.dirname, '..'),
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify({ ...CONTEXT, ...context }),
      TIDINGS_CATALOGUE: resolve(file),
      TIDINGS_FUNCTIONS: functions,
    },
  });
  const reports = (): any[] => JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8')).pluginReports;
  const nag = () => reports().find(({ pluginName }) => pluginName === 'AwsSolutions');
  return { status, stderr, reports, nag, out };
}

/** The only rules with exceptions, and where. */
const ACKNOWLEDGED = {
  'AwsSolutions-SQS3': /\/(SubscriptionDeadLetters|Failures)$/,
  'AwsSolutions-S1': /\/(Claims|Schemas|[A-Za-z]+Bucket)$/,
  'AwsSolutions-S2': /\/Schemas$/,
  'AwsSolutions-DDB3': /\/IdempotencyTable$/,
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::': /-[a-z]+$/,
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sqs:': /-[a-z]+$/,
  'AwsSolutions-IAM5[Resource::*]': /\/ReapReplyQueues$/,
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:': /CallersStaff/,
  'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]': /DeploymentsRole$/,
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]': /-[a-z]+$/,
};

const CONTEXTS: Record<string, string>[] = [
  {},
  { functionUrlAuth: 'NONE', ephemeral: 'true', stage: 'dev', schemas: 'public' },
  { front: 'http-api', issuer: 'https://id.shop.example', audience: 'shop', deploy: 'gradual' },
];

function violationsOf({ functionUrlAuth }: Record<string, string>): string[] {
  return functionUrlAuth === 'NONE' ? ['functionUrlAuth=NONE is for a demonstration: everybody may call what is for customers, and every caller is a guest.'] : [];
}

for (const file of catalogues) {
  for (const context of CONTEXTS) {
    describe(`cdk-nag on ${file} with ${JSON.stringify(context)}`, () => {
      const catalogue = loadCatalogue(file);
      const { status, stderr, reports, nag } = run(file, context, dummyFunctions(catalogue));

      test('no rule, of AwsSolutions or of the CDK, has a finding that is not acknowledged', () => {
        assert.equal(status, 0, stderr);
        assert.equal(nag().conclusion, 'success');
        // What is open to everybody is told, and is no error.
        const told = (pluginName: string) => (pluginName === 'Construct Annotations' ? violationsOf(context) : []);
        for (const { pluginName, violations } of reports()) assert.deepEqual(violations.map(({ description }: any) => description), told(pluginName), pluginName);
      });

      test('what is acknowledged is about queues of what was given up, the buckets, their objects, reply queues, and keys, each with its reason', () => {
        const acknowledged = nag().suppressedViolations;
        // Also the proof that the rules ran at all.
        const { publishers, queries, consumers, relays, sweepers, reapers, snapshotters, scheduled } = catalogue;
        const count = (rule: string) => acknowledged.filter(({ ruleName }: any) => ruleName.startsWith(rule)).length;
        assert.equal(count('AwsSolutions-SQS3'), consumers.filter(({ takes }) => !('command' in takes)).length + relays.length);
        assert.equal(count('AwsSolutions-S1'), 2 + bucketsOf(catalogue).length);
        const services = (declared: { service: string }[]) => new Set(declared.map(({ service }) => service)).size;
        const bucket = services([...consumers.filter(({ claimCheck }) => claimCheck), ...relays, ...sweepers, ...snapshotters, ...scheduled]);
        const replies = services([...reapers, ...consumers.filter(({ takes }) => 'command' in takes), ...queries.filter(({ uses }) => uses.some((use) => 'replies' in use))]);
        const personal = services([...publishers, ...queries, ...consumers].filter(({ uses }) => uses.some((use) => 'personal' in use)));
        const documents = new Set(functionsOf(catalogue).flatMap(({ service, uses }) => uses.flatMap((use) => ('bucket' in use ? [`${service} ${use.bucket}`] : [])))).size;
        // Of operators: the queues by their tags, and the key of persons' keys.
        const operators = 1 + (catalogue.tables.some(({ name }) => name === 'person-keys') ? 1 : 0);
        // Of an HTTP API, the routes of staff that have parameters.
        const routes = context.front ? [...publishers, ...queries].filter(({ callers }) => callers === 'staff').length : 0;
        assert.equal(count('AwsSolutions-IAM5'), bucket + documents + replies + reapers.length + personal + operators + routes);
        for (const { ruleName, acknowledgedAt, reason } of acknowledged) {
          const allowed = Object.entries(ACKNOWLEDGED).find(([rule]) => ruleName.startsWith(rule));
          assert.match(acknowledgedAt, allowed?.[1] ?? assert.fail(ruleName));
          assert.ok(reason.length > 20);
        }
      });
    });
  }
}

test('a stack without a function brings no warning', () => {
  const { status, stderr, reports } = run(changed(({ tables }) => tables.push({ ...tables[1], name: 'archive', service: 'archive' })));
  assert.equal(status, 0, stderr);
  for (const { pluginName, violations } of reports()) assert.deepEqual(violations, [], pluginName);
});

test('a mistake in the catalogue ends the build with one line, not with a stack trace', () => {
  const { status, stderr } = run(changed((catalogue) => (catalogue.consumers[0].memoryMb = 1)));
  assert.equal(status, 1);
  assert.match(stderr.trim(), /^[^\n]*consumers\[0\]\.memoryMb: expected [^\n]*make catalogue`\.$/);
});

test('a function that was not built ends the build with what to run', () => {
  const { status, stderr, out } = run(FIXTURE, {}, temporaryFolder());
  assert.equal(status, 1);
  assert.deepEqual(readdirSync(out), []);
  assert.match(stderr.trim(), /^There is no [^\n]*\/bootstrap\. Run `make functions` [^\n]*$/);
});
