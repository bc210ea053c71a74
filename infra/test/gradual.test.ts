import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Alarm } from './model/alarm.ts';
import { byUrl, serve } from './model/functions.ts';
import { Metrics } from './model/metrics.ts';
import { random } from './model/random.ts';
import { arn, catalogues, FIXTURE, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`-c deploy=gradual of ${file}`, () => {
    const gradual = synthesise(file, { deploy: 'gradual' });
    const { all, catalogue, templates } = gradual;
    const endpoints = [...catalogue.publishers, ...catalogue.queries];
    const released = [...endpoints, ...catalogue.consumers].map(({ name }) => name).sort();
    const aliases = new Map(all('AWS::Lambda::Alias').map((alias) => [alias.properties.FunctionName as string, alias]));

    test('what customers and messages meet has an alias on its newest version, and nothing else has', () => {
      assert.deepEqual([...aliases.keys()].sort(), released);
      assert.equal(all('AWS::Lambda::Version').length, released.length);
      assert.deepEqual(synthesise(file).all('AWS::Lambda::Alias'), []);
    });

    test('CodeDeploy moves it by a tenth every three minutes, and back when its alarm of failures rings', () => {
      const groups = all('AWS::CodeDeploy::DeploymentGroup').map(({ properties }) => properties);
      assert.equal(groups.length, released.length);
      const alarms = new Set(all('AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmName));
      const expected = [...endpoints.map(({ name }) => `${name}-fails`), ...catalogue.consumers.flatMap(({ name }) => [`${name}-cannot-run`, `${name}-keeps-failing`])];
      const watched = groups.flatMap(({ AlarmConfiguration }) => AlarmConfiguration.Alarms.map(({ Name }: any) => Name));
      assert.deepEqual(watched.sort(), expected.sort());
      for (const name of watched) assert.ok(alarms.has(name), name);
      for (const { DeploymentConfigName, AutoRollbackConfiguration, AlarmConfiguration } of groups) {
        assert.equal(DeploymentConfigName, 'CodeDeployDefault.LambdaLinear10PercentEvery3Minutes');
        assert.equal(AlarmConfiguration.Enabled, true);
        assert.deepEqual([...AutoRollbackConfiguration.Events].sort(), ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST']);
      }
      for (const alias of aliases.values()) {
        const { UpdatePolicy } = templates.get(alias.stack).Resources[alias.id];
        assert.ok(UpdatePolicy.CodeDeployLambdaAliasUpdate.DeploymentGroupName.Ref, alias.id);
      }
    });

    test('requests and messages go to the alias: by URL, by route, by queue', () => {
      const ref = (name: string) => aliases.get(name)!.id;
      const feeds = all('AWS::Lambda::EventSourceMapping').map(({ properties }) => properties.FunctionName);
      for (const { name } of catalogue.consumers) assert.ok(feeds.some((feed) => feed.endsWith(':live') && feed.includes(ref(name))), `${name}: ${feeds}`);
      for (const { properties } of all('AWS::Lambda::Url')) assert.equal(properties.Qualifier, 'live');
      const policies = all('AWS::IAM::ManagedPolicy').filter(({ id }) => id.startsWith('Callers')).flatMap(({ properties }) => properties.PolicyDocument.Statement);
      for (const resource of policies.flatMap(({ Resource }) => Resource)) assert.ok(resource.endsWith(':live'), resource);
      const api = synthesise(file, { deploy: 'gradual', front: 'http-api', issuer: 'https://id.shop.example', audience: 'shop' });
      const integrations = api.all('AWS::ApiGatewayV2::Integration').map(({ properties }) => properties.IntegrationUri);
      assert.deepEqual(integrations.sort(), endpoints.map(({ name }) => arn('lambda', `function:${name}:live`)).sort());
    });

    test('what a filter newly lets through comes when all messages have the version that knows it', () => {
      for (const { properties, dependsOn, id } of all('AWS::SNS::Subscription').filter(({ properties }) => properties.Protocol === 'sqs')) {
        const name = properties.Endpoint.split(':').at(-1);
        assert.ok(dependsOn.includes(aliases.get(name)!.id), `${id} of ${name}`);
      }
    });

    test('a version that fails is taken back before it has all the requests', () => {
      const [endpoint] = endpoints;
      const alarm = new Alarm(all('AWS::CloudWatch::Alarm').find(({ properties }) => properties.AlarmName === `${endpoint!.name}-fails`)!.properties);
      for (const rate of [20, 600]) {
        const metrics = new Metrics();
        const share = (minute: number) => (minute < 20 ? 0 : Math.min(1, 0.1 * (1 + Math.floor((minute - 20) / 3))));
        serve({ front: byUrl(endpoint!.name), minutes: 60, rate: () => rate, failed: share }, metrics, random(7));
        const rings = (now: number) => alarm.rings(metrics, now, 2);
        const first = Array.from({ length: 60 }, (_, now) => now).find(rings);
        assert.ok(first !== undefined && share(first) <= 0.5, `rings at minute ${first} of ${rate} requests a minute`);
      }
    });
  });
}

test('another way to deploy is refused', () => {
  assert.throws(() => synthesise(FIXTURE, { deploy: 'canary' }), /-c deploy=canary: expected at-once or gradual/);
});
