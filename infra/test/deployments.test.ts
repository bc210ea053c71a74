import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import * as cxapi from 'aws-cdk-lib/cx-api';
import { catalogues, CONTEXT, FIXTURE, synthesise } from './synthesise.ts';

/** What outlives its stack has a name that the next stack wants, too: the types, with the property that names them. */
const NAMED: Record<string, string> = { 'AWS::DynamoDB::Table': 'TableName', 'AWS::S3::Bucket': 'BucketName', 'AWS::KMS::Alias': 'AliasName', 'AWS::KMS::Key': 'Description' };

for (const file of catalogues) {
  describe(`deploying ${file} again`, () => {
    for (const stage of [undefined, 'dev']) {
      test(`make deploy ${stage ? `STAGE=${stage}` : ''} gives no parameter to a stack that does not take it`, () => {
        const { templates } = synthesise(file, stage ? { stage } : {});
        const given = parametersOf('MAIL_FROM=orders@example.com', `STAGE=${stage ?? ''}`);
        assert.ok(given.length >= 2, given.join());
        for (const parameter of given) {
          const [stack, name] = parameter.includes(':') ? parameter.split(':') as [string, string] : [undefined, parameter];
          const takers = stack === undefined ? [...templates.values()] : [templates.get(stack) ?? assert.fail(`there is no stack ${stack}`)];
          for (const template of takers) assert.ok(template.Parameters?.[name], `${parameter} in ${template.Description}`);
        }
      });
    }

    for (const schemas of ['private', 'public']) test(`what outlives its stack is taken back when the stack could not be made, so that the next try finds its name free, with ${schemas} schemas`, () => {
      const { all, resources } = synthesise(file, schemas === 'private' ? {} : { schemas });
      const kept = resources.filter(({ deletionPolicy }) => deletionPolicy !== undefined && deletionPolicy !== 'Delete');
      assert.deepEqual([...new Set(kept.map(({ type }) => type))].sort(), Object.keys(NAMED).sort());
      for (const { id, type, deletionPolicy, updateReplacePolicy, properties } of kept) {
        assert.ok(properties[NAMED[type]!], id);
        // AWS: CloudFormation user guide, DeletionPolicy attribute.
        assert.deepEqual([deletionPolicy, updateReplacePolicy], ['RetainExceptOnCreate', 'Retain'], id);
      }
      for (const type of Object.keys(NAMED)) assert.equal(kept.filter((one) => one.type === type).length, all(type).length, type);
    });

    test('the first time nothing forbids that it is taken back; afterwards a table refuses to be deleted', () => {
      const protection = (context: Record<string, unknown>) =>
        new Set(synthesise(file, context).all('AWS::DynamoDB::Table').map(({ properties }) => properties.DeletionProtectionEnabled));
      assert.deepEqual(protection({ first: true }), new Set([false]));
      assert.deepEqual(protection({}), new Set([true]));
    });

    test('a stack cannot be deleted by mistake, unless it is ephemeral or not made yet', () => {
      assert.deepEqual(new Set(synthesise(file).terminationProtection.values()), new Set([true]));
      for (const context of [{ ephemeral: true }, { first: true }]) {
        assert.deepEqual(new Set(synthesise(file, context).terminationProtection.values()), new Set([false]));
      }
    });
  });
}

test('the first deployment is followed by the second, which protects what the first has made', () => {
  const lines = dryRun('MAIL_FROM=orders@example.com', 'FIRST=1').filter((line) => /npm .* run deploy/.test(line));
  assert.deepEqual(lines.map((line) => / -c first=true/.test(line)), [true, false]);
  assert.deepEqual(dryRun('MAIL_FROM=orders@example.com').filter((line) => line.includes('first=true')), []);
});

test('a stage is deployed under its name, and the schemas go into its bucket, not into another stage\'s', () => {
  const lines = (...variables: string[]) => dryRun('MAIL_FROM=orders@example.com', 'FIRST=1', ...variables);
  const staged = lines('STAGE=dev');
  assert.deepEqual(staged.filter((line) => /npm .* run deploy/.test(line)).map((line) => / -c stage=dev( |$)/.test(line)), [true, true]);
  const published = (all: string[]) => all.filter((line) => line.includes('schema publish')).map((line) => line.trim().replace(/.* schema publish/, ''));
  assert.deepEqual(published(staged), [' --stage dev']);
  assert.deepEqual(published(lines()), ['']);
});

test('each behaviour that the CDK recommends is chosen', () => {
  assert.deepEqual(CONTEXT, cxapi.CURRENTLY_RECOMMENDED_FLAGS);
});

test('a wrong value is refused by its name', () => {
  assert.throws(() => synthesise(FIXTURE, { first: '1' }), /first=1: expected true or false/);
});

/** What `make deploy` would run. */
function dryRun(...variables: string[]): string[] {
  const { status, stdout, stderr } = spawnSync('make', ['-n', '-o', 'catalogue', '-o', 'tools', '-o', 'infra/node_modules', 'deploy', ...variables], {
    cwd: resolve(import.meta.dirname, '../..'), encoding: 'utf8', env: { PATH: process.env.PATH },
  });
  assert.equal(status, 0, stderr);
  return stdout.replaceAll('\\\n', ' ').split('\n');
}

/** `stack:Name` or `Name` of each parameter that `make deploy` gives. */
function parametersOf(...variables: string[]): string[] {
  return dryRun(...variables).flatMap((line) => [...line.matchAll(/--parameters (\S+?)=/g)].map((match) => match[1]!));
}
