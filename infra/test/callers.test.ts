import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import type { Endpoint } from '../lib/catalogue.ts';
import { isAllowed, type Statement } from './model/iam.ts';
import { arn, catalogues, statementsOf, synthesise, type Synthesised } from './synthesise.ts';

const API = { front: 'http-api', issuer: 'https://id.shop.example', audience: 'shop' };

/** Somebody who asks: with what permissions, and with or without a token. */
interface Who {
  readonly statements?: Statement[];
  readonly token?: boolean;
}

/** The managed policies of callers, which whoever deploys attaches to roles. */
function policy({ all }: Synthesised, title: string): Statement[] {
  const found = all('AWS::IAM::ManagedPolicy').filter(({ id }) => id.startsWith(`Callers${title}`));
  return found.flatMap(({ properties }) => properties.PolicyDocument.Statement);
}

/** What people are given who are to "administer Lambda": AWS's own policies have this statement. */
const EVERYTHING: Statement[] = [{ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }];

/** Whether a request comes to the endpoint's function through its front. */
function comesIn(synthesised: Synthesised, endpoint: Endpoint, who: Who): boolean {
  return synthesised.all('AWS::ApiGatewayV2::Api').length > 0 ? byRoute(synthesised, endpoint, who) : byUrl(synthesised, endpoint, who);
}

/** AWS: Lambda developer guide, access to function URLs: with `NONE` the function's own policy counts, with `AWS_IAM` the caller's. */
function byUrl({ all }: Synthesised, { name }: Endpoint, { statements = [] }: Who): boolean {
  const { id } = all('AWS::Lambda::Function').find(({ properties }) => properties.FunctionName === name)!;
  const url = all('AWS::Lambda::Url').find(({ properties }) => properties.TargetFunctionArn === `${id}.Arn`)!.properties;
  const resource = arn('lambda', `function:${name}`);
  const asked = (action: string) => ({ action, resource, context: { 'lambda:FunctionUrlAuthType': url.AuthType, 'lambda:InvokedViaFunctionUrl': 'true' } });
  const actions = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'];
  if (url.AuthType === 'AWS_IAM') return actions.every((action) => isAllowed(statements, asked(action)));
  const everybodys = all('AWS::Lambda::Permission').filter(({ properties }) => properties.FunctionName === `${id}.Arn` && properties.Principal === '*');
  return actions.every((action) => everybodys.some(({ properties }) => properties.Action === action));
}

/** AWS: API Gateway developer guide, control access to HTTP APIs. A route has one authoriser, and API Gateway needs the function's leave. */
function byRoute({ all }: Synthesised, { name, method, path }: Endpoint, { statements = [], token = false }: Who): boolean {
  const { AuthorizationType } = all('AWS::ApiGatewayV2::Route').find(({ properties }) => properties.RouteKey === `${method} ${path}`)!.properties;
  const route = arn('execute-api', `Api/$default/${method}${path.replaceAll(/\{\w+\}/g, 'x-1')}`);
  const functions: Statement[] = all('AWS::Lambda::Permission')
    .filter(({ properties }) => properties.FunctionName === arn('lambda', `function:${name}`) && properties.Principal === 'apigateway.amazonaws.com')
    .map(({ properties }) => ({ Effect: 'Allow', Action: properties.Action, Condition: { ArnLike: { 'aws:SourceArn': properties.SourceArn } } }));
  if (!isAllowed(functions, { action: 'lambda:InvokeFunction', resource: '', context: { 'aws:SourceArn': route } })) return false;
  if (AuthorizationType === 'AWS_IAM') return isAllowed(statements, { action: 'execute-api:Invoke', resource: route });
  return AuthorizationType === 'NONE' || (AuthorizationType === 'JWT' && token);
}

/** Whether somebody may call `Invoke`, past every front, and write the whole payload. */
function invokes({ name }: Endpoint, { statements = [] }: Who): boolean {
  return isAllowed(statements, { action: 'lambda:InvokeFunction', resource: arn('lambda', `function:${name}`) });
}

for (const file of catalogues) {
  const fronts = { 'its URL': synthesise(file), 'its URL, NONE': synthesise(file, { functionUrlAuth: 'NONE' }), 'the HTTP API': synthesise(file, API) };
  const { catalogue } = synthesise(file);
  const endpoints = [...catalogue.publishers, ...catalogue.queries];
  const whos = (synthesised: Synthesised): [string, Who][] => [
    ['nobody', {}],
    ['a token', { token: true }],
    ['a customer', { statements: policy(synthesised, 'Customers') }],
    ['staff', { statements: policy(synthesised, 'Staff') }],
  ];

  describe(`who may call what of ${file}`, () => {
    for (const [front, synthesised] of Object.entries(fronts)) {
      test(`by ${front}, what is for staff is the staff's alone`, () => {
        for (const endpoint of endpoints.filter(({ callers }) => callers === 'staff')) {
          const found = whos(synthesised).filter(([, who]) => comesIn(synthesised, endpoint, who)).map(([name]) => name);
          assert.deepEqual(found, ['staff'], endpoint.name);
        }
      });

      test(`by ${front}, what is for customers is not for strangers, unless it is open to everybody`, () => {
        const expected = { 'its URL': ['a customer'], 'its URL, NONE': ['nobody', 'a token', 'a customer', 'staff'], 'the HTTP API': ['a token'] }[front];
        for (const endpoint of endpoints.filter(({ callers }) => callers === 'customers')) {
          const found = whos(synthesised).filter(([, who]) => comesIn(synthesised, endpoint, who)).map(([name]) => name);
          assert.deepEqual(found, expected, endpoint.name);
        }
      });

      test(`past ${front}, nobody calls a function whom this system gives a policy, nor does another function`, () => {
        const functions = synthesised.all('AWS::Lambda::Function').map(({ properties }) => statementsOf(synthesised, properties.FunctionName));
        const all = [policy(synthesised, 'Customers'), policy(synthesised, 'Staff'), ...functions];
        for (const endpoint of endpoints) {
          for (const statements of all) {
            assert.ok(!invokes(endpoint, { statements }), endpoint.name);
            const context = { 'lambda:FunctionUrlAuthType': 'AWS_IAM', 'lambda:InvokedViaFunctionUrl': 'true' };
            const url = { action: 'lambda:InvokeFunctionUrl', resource: arn('lambda', `function:${endpoint.name}`), context };
            if (functions.includes(statements)) assert.ok(!isAllowed(statements, url), endpoint.name);
          }
          assert.ok(invokes(endpoint, { statements: EVERYTHING }), 'the evaluation finds what a policy for everything allows');
        }
      });
    }
  });
}

const own = process.env.TIDINGS_CATALOGUE;
const MARKS = ['<!-- made by infra/test/callers.test.ts -->\n', '<!-- end of it -->\n'] as const;

test('docs/callers.md says who may call what, as the templates decide', { skip: own === undefined && 'needs the project\'s own catalogue (TIDINGS_CATALOGUE)' }, () => {
  const { catalogue } = synthesise(own);
  const [iam, none, api] = [synthesise(own), synthesise(own, { functionUrlAuth: 'NONE' }), synthesise(own, API)];
  const columns: [string, (endpoint: Endpoint) => boolean][] = [
    ['URL: nobody', (endpoint) => comesIn(iam, endpoint, {})],
    ['URL: customer', (endpoint) => comesIn(iam, endpoint, { statements: policy(iam, 'Customers') })],
    ['URL: staff', (endpoint) => comesIn(iam, endpoint, { statements: policy(iam, 'Staff') })],
    ['`NONE`: nobody', (endpoint) => comesIn(none, endpoint, {})],
    ['`NONE`: staff', (endpoint) => comesIn(none, endpoint, { statements: policy(none, 'Staff') })],
    ['API: nobody', (endpoint) => comesIn(api, endpoint, {})],
    ['API: token', (endpoint) => comesIn(api, endpoint, { token: true })],
    ['API: staff', (endpoint) => comesIn(api, endpoint, { statements: policy(api, 'Staff') })],
    ['`Invoke`: customer, staff', (endpoint) => invokes(endpoint, { statements: [...policy(iam, 'Customers'), ...policy(iam, 'Staff'), ...policy(api, 'Staff')] })],
    ['`Invoke`: `lambda:*`', (endpoint) => invokes(endpoint, { statements: EVERYTHING })],
  ];
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`;
  const rows = [...catalogue.publishers, ...catalogue.queries].map((endpoint) =>
    line([`\`${endpoint.name}\``, endpoint.callers, ...columns.map(([, comes]) => (comes(endpoint) ? 'yes' : '-'))]));
  const made = line(['endpoint', 'for', ...columns.map(([head]) => head)]) + line(Array(columns.length + 2).fill('---')) + rows.join('');
  const page = resolve(import.meta.dirname, '../../docs/callers.md');
  const text = readFileSync(page, 'utf8');
  const [begin, end] = MARKS;
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  assert.ok(from >= begin.length && to > 0, 'the place of the table');
  if (process.env.UPDATE_DOCS) writeFileSync(page, text.slice(0, from) + made + text.slice(to));
  else assert.equal(text.slice(from, to), made, 'docs/callers.md is made anew with UPDATE_DOCS=1');
});
