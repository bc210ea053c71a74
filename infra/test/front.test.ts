import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { App } from 'aws-cdk-lib';
import { loadCatalogue } from '../lib/load.ts';
import { addSystem } from '../lib/system.ts';
import { arn, catalogues, changed, CONTEXT, dummyFunctions, FIXTURE, synthesise, temporaryFolder, type Synthesised } from './synthesise.ts';

const API = { front: 'http-api', issuer: 'https://id.shop.example', audience: 'shop,till' };

for (const file of catalogues) {
  describe(`an HTTP API in front of ${file}`, () => {
    const { all, catalogue } = synthesise(file, API);
    const endpoints = [...catalogue.publishers, ...catalogue.queries];
    const one = (type: string) => {
      const found = all(type);
      assert.equal(found.length, 1, type);
      return found[0]!;
    };
    const routes = ({ all }: Synthesised) => new Map(all('AWS::ApiGatewayV2::Route').map(({ properties }) => [properties.RouteKey, properties]));

    test('there is one API, and no Function URL', () => {
      assert.equal(one('AWS::ApiGatewayV2::Api').properties.ProtocolType, 'HTTP');
      assert.deepEqual(all('AWS::Lambda::Url'), []);
      assert.deepEqual(synthesise(file).all('AWS::ApiGatewayV2::Api'), []);
    });

    test('every endpoint is a route by its method and path, to its own function, in the payload format of a Function URL', () => {
      const found = routes(synthesise(file, API));
      assert.deepEqual([...found.keys()].sort(), endpoints.map(({ method, path }) => `${method} ${path}`).sort());
      const integrations = new Map(all('AWS::ApiGatewayV2::Integration').map(({ id, properties }) => [`integrations/${id}`, properties]));
      for (const { name, method, path, timeoutSeconds } of endpoints) {
        const integration = integrations.get(found.get(`${method} ${path}`)!.Target)!;
        assert.deepEqual(
          [integration.IntegrationUri, integration.IntegrationType, integration.PayloadFormatVersion, integration.TimeoutInMillis],
          [arn('lambda', `function:${name}`), 'AWS_PROXY', '2.0', timeoutSeconds * 1_000],
        );
      }
    });

    test('customers have a token of the issuer for the audience, and what is for staff is signed: no route is open', () => {
      const { id, properties } = one('AWS::ApiGatewayV2::Authorizer');
      assert.deepEqual([properties.AuthorizerType, properties.IdentitySource], ['JWT', ['$request.header.Authorization']]);
      assert.deepEqual(properties.JwtConfiguration, { Issuer: 'https://id.shop.example', Audience: ['shop', 'till'] });
      const found = routes(synthesise(file, API));
      for (const { method, path, callers } of endpoints) {
        const { AuthorizationType, AuthorizerId } = found.get(`${method} ${path}`)!;
        assert.deepEqual([AuthorizationType, AuthorizerId], callers === 'staff' ? ['AWS_IAM', undefined] : ['JWT', id], path);
      }
    });

    test('only this API may invoke a function, each by its own route', () => {
      const permissions = all('AWS::Lambda::Permission').filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com');
      const expected = endpoints.map(({ name, method, path }) => ({
        Action: 'lambda:InvokeFunction', FunctionName: arn('lambda', `function:${name}`), Principal: 'apigateway.amazonaws.com',
        SourceArn: arn('execute-api', `Api/*/${method}${path.replaceAll(/\{\w+\}/g, '*')}`),
      }));
      const by = (one: any, other: any) => one.FunctionName.localeCompare(other.FunctionName);
      assert.deepEqual(permissions.map(({ properties }) => properties).sort(by), expected.sort(by));
    });

    test('it throttles, and its access log forgets', () => {
      const { StageName, AutoDeploy, DefaultRouteSettings, AccessLogSettings } = one('AWS::ApiGatewayV2::Stage').properties;
      assert.deepEqual([StageName, AutoDeploy], ['$default', true]);
      assert.deepEqual(DefaultRouteSettings, { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 2_000, DetailedMetricsEnabled: true });
      const log = all('AWS::Logs::LogGroup').find(({ properties }) => properties.LogGroupName === `/aws/vendedlogs/${catalogue.system}-api`)!;
      assert.equal(log.properties.RetentionInDays, 30);
      assert.ok(AccessLogSettings.DestinationArn.includes(log.id) || AccessLogSettings.DestinationArn === arn('logs', `log-group:${log.properties.LogGroupName}:*`));
      const format = Object.values<string>(JSON.parse(AccessLogSettings.Format));
      assert.ok(format.every((value) => value.startsWith('$context.')));
      for (const personal of ['sourceIp', 'path', 'claims', 'identity']) assert.ok(!format.some((value) => value.includes(personal)), personal);
      const { DefaultRouteSettings: chosen } = synthesise(file, { ...API, apiRate: '50', apiBurst: '70' }).all('AWS::ApiGatewayV2::Stage')[0]!.properties;
      assert.deepEqual([chosen.ThrottlingRateLimit, chosen.ThrottlingBurstLimit], [50, 70]);
    });

    test('each function knows its front: who names its caller', () => {
      const of = ({ all }: Synthesised) => new Map(all('AWS::Lambda::Function').map(({ properties }) => [properties.FunctionName, properties.Environment?.Variables ?? {}]));
      const [byUrl, named, openUrls, byApi, test] = [{}, { namedInvocations: 'true' }, { functionUrlAuth: 'NONE' }, API, { ephemeral: 'true' }].map((context) => of(synthesise(file, context)));
      for (const { name, callers } of endpoints) {
        const told = (from: Map<string, any>) => ['FRONT', 'JWT_ISSUER', 'INVOCATION'].map((variable) => from.get(name)[variable]);
        assert.deepEqual(told(byUrl!), ['signed-url', undefined, undefined]);
        assert.deepEqual(told(named!), ['signed-url', undefined, 'named']);
        assert.deepEqual(told(openUrls!), [callers === 'staff' ? 'signed-url' : 'open-url', undefined, undefined]);
        assert.deepEqual(told(byApi!), ['http-api', 'https://id.shop.example', undefined]);
        assert.deepEqual(told(test!), [undefined, undefined, undefined]);
      }
      for (const { name } of catalogue.consumers) assert.equal(byApi!.get(name).FRONT, undefined);
    });

    test('some endpoints for customers can be open to everybody, and say so', () => {
      const open = catalogue.queries.find(({ callers }) => callers === 'customers')!;
      const synthesised = synthesise(file, { ...API, openRoutes: open.name });
      const types = [...routes(synthesised)].filter(([, { AuthorizationType }]) => AuthorizationType === 'NONE').map(([key]) => key);
      assert.deepEqual(types, [`${open.method} ${open.path}`]);
      const environment = synthesised.all('AWS::Lambda::Function').find(({ properties }) => properties.FunctionName === open.name)!.properties.Environment.Variables;
      assert.deepEqual([environment.FRONT, environment.JWT_ISSUER], ['open-http-api', undefined]);
    });

    test('pages of other origins are let in only with corsOrigins', () => {
      assert.equal(one('AWS::ApiGatewayV2::Api').properties.CorsConfiguration, undefined);
      const { CorsConfiguration } = synthesise(file, { ...API, corsOrigins: 'https://shop.example' }).all('AWS::ApiGatewayV2::Api')[0]!.properties;
      assert.deepEqual(CorsConfiguration.AllowOrigins, ['https://shop.example']);
      assert.deepEqual(CorsConfiguration.AllowMethods, [...new Set(endpoints.map(({ method }) => method))].sort());
      assert.ok(CorsConfiguration.AllowHeaders.includes('authorization'));
    });

    test('its stack is deployed after the functions that it leads to', () => {
      const { dependencies } = synthesise(file, API);
      for (const { service } of endpoints) assert.ok(dependencies.get(`${catalogue.system}-api`)!.includes(`${catalogue.system}-${service}`), service);
    });
  });
}

/** What whoever synthesises is told. */
function warnings(context: Record<string, string>): string[] {
  const catalogue = loadCatalogue(FIXTURE);
  const app = new App({ context: { ...CONTEXT, ...context }, outdir: temporaryFolder() });
  addSystem(app, catalogue, dummyFunctions(catalogue), FIXTURE);
  return app.synth().stacks.flatMap(({ messages }) => messages.filter(({ level }) => level === 'warning').map(({ entry }) => String(entry.data)));
}

test('a system that is open to everybody says so when it is synthesised, and no other does', () => {
  assert.match(warnings({ functionUrlAuth: 'NONE' }).join(), /functionUrlAuth=NONE is for a demonstration: everybody may call what is for customers/);
  assert.match(warnings({ ...API, openRoutes: 'get-invoice' }).join(), /openRoutes: everybody may call get-invoice, and every caller there is a guest/);
  assert.deepEqual([...warnings({}), ...warnings(API)], []);
});

test('a front that makes no sense is refused by its name', () => {
  const refused = (context: Record<string, string>, expected: RegExp, file = FIXTURE) => assert.throws(() => synthesise(file, context), expected);
  refused({ front: 'gateway' }, /-c front=gateway: expected url or http-api/);
  refused({ functionUrlAuth: 'JWT' }, /-c functionUrlAuth=JWT: expected AWS_IAM or NONE/);
  refused({ issuer: API.issuer }, /-c issuer: is for -c front=http-api/);
  refused({ ...API, issuer: '' }, /-c issuer=: expected the "iss"/);
  refused({ ...API, issuer: 'http://id.shop.example' }, /an https URL/);
  refused({ ...API, audience: ' , ' }, /-c audience=.*: expected one or more/);
  refused({ ...API, functionUrlAuth: 'AWS_IAM' }, /there are no Function URLs/);
  refused({ ...API, namedInvocations: 'true' }, /names its own request/);
  refused({ ...API, apiRate: '0' }, /a whole number/);
  refused({ ...API, openRoutes: 'get-nothing' }, /there is no endpoint get-nothing; there are /);
  refused({ ...API, openRoutes: 'deposit' }, /deposit is for staff, and never open/, changed(({ publishers }) => publishers.push({ ...publishers[0], name: 'deposit', path: '/deposits', callers: 'staff' })));
  refused(API, /may take 31 seconds, and an HTTP API waits for 30/, changed(({ queries }) => (queries[0].timeoutSeconds = 31)));
});
