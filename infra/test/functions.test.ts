import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { logicalId } from '../lib/names.ts';
import { catalogues, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`functions of ${file}`, () => {
    const { all, catalogue, templates } = synthesise(file);
    const { publishers, queries, consumers, relays, sweepers, reapers, snapshotters, scheduled, system } = catalogue;
    const declared = [...publishers, ...queries, ...consumers, ...relays, ...sweepers, ...reapers, ...snapshotters, ...scheduled];
    const functions = new Map(all('AWS::Lambda::Function').map((resource) => [resource.properties.FunctionName as string, resource]));

    test('every endpoint, consumer, relay, sweeper and snapshotter is a function, as the catalogue says', () => {
      assert.deepEqual([...functions.keys()].sort(), declared.map(({ name }) => name).sort());
      for (const { name, timeoutSeconds, memoryMb } of declared) {
        const { Runtime, Handler, Timeout, MemorySize, Architectures } = functions.get(name)!.properties;
        assert.deepEqual({ Runtime, Handler, Timeout, MemorySize, Architectures }, {
          Runtime: 'provided.al2023', Handler: 'bootstrap', Timeout: timeoutSeconds, MemorySize: memoryMb, Architectures: ['Architecture'],
        });
      }
    });

    test('the processor is a parameter of every stack: arm64, or x86_64', () => {
      for (const [stack, { Parameters }] of templates) {
        assert.equal(Parameters.Architecture.Default, 'arm64', stack);
        assert.deepEqual(Parameters.Architecture.AllowedValues, ['arm64', 'x86_64'], stack);
      }
    });

    test('mail is sent from the parameter that whoever deploys must give', () => {
      for (const [stack, { Parameters }] of templates) {
        const mails = declared.some((one) => stack === `${system}-${one.service}` && one.uses.some((use) => 'mail' in use));
        assert.equal(Parameters.MailFrom.Default, mails ? undefined : '', stack);
        assert.equal(Parameters.MailFrom.AllowedPattern !== undefined, mails, stack);
      }
    });

    test('what a function lets choose is a parameter of its stack, with a default, and refuses what the function would not start with', () => {
      for (const one of declared) {
        for (const use of one.uses) {
          if (!('parameter' in use)) continue;
          const { Parameters } = templates.get(`${system}-${one.service}`);
          const { AllowedPattern, ConstraintDescription, ...rest } = Parameters[logicalId(use.parameter)];
          assert.deepEqual(rest, { Type: 'String', Default: use.default, Description: use.summary });
          assert.ok(ConstraintDescription.startsWith(use.summary));
          assert.match(use.default, new RegExp(AllowedPattern));
          assert.doesNotMatch(`${use.default}%`, new RegExp(AllowedPattern));
        }
      }
    });

    test('every function logs JSON to a group of its own, which forgets', () => {
      const groups = new Map(all('AWS::Logs::LogGroup').map(({ properties }) => [properties.LogGroupName, properties]));
      assert.equal(groups.size, functions.size);
      for (const [name, { properties }] of functions) {
        assert.deepEqual(properties.LoggingConfig, { LogFormat: 'JSON', LogGroup: `/aws/lambda/${name}` });
        assert.equal(groups.get(`/aws/lambda/${name}`).RetentionInDays, 30);
      }
    });

    test('an endpoint answers signed requests only', () => {
      const urls = all('AWS::Lambda::Url').map(({ properties }) => [properties.TargetFunctionArn, properties.AuthType]);
      const expected = [...publishers, ...queries].map(({ name }) => [`${functions.get(name)!.id}.Arn`, 'AWS_IAM']);
      assert.deepEqual(urls.sort(), expected.sort());
      // The only ones whom a function lets in are schedules (`sweepers.test.ts`).
      assert.equal(all('AWS::Lambda::Permission').length, sweepers.length + reapers.length + scheduled.length);
    });

    test('functionUrlAuth=NONE allows everybody both actions that a Function URL needs, but not of what the staff says', () => {
      const open = synthesise(file, { functionUrlAuth: 'NONE' });
      const staff = publishers.filter(({ callers }) => callers === 'staff').map(({ name }) => `${functions.get(name)!.id}.Arn`);
      assert.ok(staff.length > 0);
      for (const { properties } of open.all('AWS::Lambda::Url')) {
        assert.equal(properties.AuthType, staff.includes(properties.TargetFunctionArn) ? 'AWS_IAM' : 'NONE', properties.TargetFunctionArn);
      }
      for (const action of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']) {
        const to = open.all('AWS::Lambda::Permission').filter(({ properties }) => properties.Action === action && properties.Principal === '*');
        // Through the URL alone: by `Invoke`, a request could name any caller.
        if (action === 'lambda:InvokeFunction') for (const { properties } of to) assert.equal(properties.InvokedViaFunctionUrl, true);
        assert.deepEqual(
          to.map(({ properties }) => properties.FunctionName).sort(),
          [...publishers, ...queries].filter(({ callers }) => callers === 'customers').map(({ name }) => `${functions.get(name)!.id}.Arn`).sort(),
        );
      }
    });

    test('pages of other origins are let in only with corsOrigins, each endpoint for its own method', () => {
      assert.ok(all('AWS::Lambda::Url').every(({ properties }) => properties.Cors === undefined));
      const origins = ['https://shop.example', 'http://localhost:3000'];
      const open = synthesise(file, { corsOrigins: origins.join(',') });
      const urls = open.all('AWS::Lambda::Url');
      assert.equal(urls.length, publishers.length + queries.length);
      for (const { properties } of urls) {
        assert.deepEqual(properties.Cors.AllowOrigins, origins);
        assert.ok(properties.Cors.AllowHeaders.includes('idempotency-key'));
        assert.equal(properties.Cors.AllowCredentials, undefined);
        assert.equal(properties.AuthType, 'AWS_IAM');
      }
      assert.deepEqual(
        urls.map(({ properties }) => properties.Cors.AllowMethods.join()).sort(),
        [...publishers, ...queries].map(({ method }) => method).sort(),
      );
    });
  });
}
