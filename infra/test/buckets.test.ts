import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bucketsOf } from '../lib/catalogue.ts';
import { FIXTURE, catalogues, synthesise, type Resource } from './synthesise.ts';

for (const file of catalogues) {
  describe(`the buckets for documents of ${file}`, () => {
    const { all, catalogue, dependencies } = synthesise(file);
    const documents = ({ properties }: Resource) => !/-(claims|schemas)-/.test(properties.BucketName);
    const buckets = all('AWS::S3::Bucket').filter(documents);
    const policies = new Map(all('AWS::S3::BucketPolicy').map((policy) => [policy.properties.Bucket, policy.properties.PolicyDocument.Statement]));

    test('each is in the stack of the service that writes it, by a name of this system, account and region', () => {
      const made = buckets.map(({ stack, properties }) => `${stack}: ${properties.BucketName}`);
      const wanted = [...dependencies.keys()].flatMap((stack) => bucketsOf(catalogue, stack.slice(catalogue.system.length + 1))
        .map((bucket) => `${stack}: ${catalogue.system}-${bucket}-AWS::AccountId-AWS::Region`));
      assert.deepEqual(made.sort(), wanted.sort());
    });

    test('each is encrypted, closed to the public and to whoever comes without TLS', () => {
      for (const { id, properties } of buckets) {
        assert.deepEqual(properties.BucketEncryption.ServerSideEncryptionConfiguration, [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
        assert.deepEqual(Object.values(properties.PublicAccessBlockConfiguration), [true, true, true, true]);
        assert.deepEqual(properties.OwnershipControls.Rules, [{ ObjectOwnership: 'BucketOwnerEnforced' }]);
        const denied = policies.get(id).filter((statement: any) => statement.Effect === 'Deny');
        assert.ok(denied.some((statement: any) => statement.Condition?.Bool?.['aws:SecureTransport'] === 'false'));
      }
    });

    test('a document is kept until somebody deletes it, and then it is gone', () => {
      for (const { properties } of buckets) {
        assert.equal(properties.VersioningConfiguration, undefined);
        for (const rule of properties.LifecycleConfiguration.Rules) {
          assert.deepEqual([rule.ExpirationInDays, rule.NoncurrentVersionExpiration, rule.Transitions], [undefined, undefined, undefined]);
        }
      }
    });

    test('they outlive their stack, unless the system is ephemeral', () => {
      assert.ok(buckets.every(({ deletionPolicy }) => deletionPolicy === 'RetainExceptOnCreate'));
      const ephemeral = synthesise(file, { ephemeral: true }).all('AWS::S3::Bucket').filter(documents);
      assert.equal(ephemeral.length, buckets.length);
      assert.ok(ephemeral.every(({ deletionPolicy }) => deletionPolicy === 'Delete'));
    });
  });
}

test('a stage begins the names of buckets and of parameters', () => {
  const { all } = synthesise(FIXTURE, { stage: 'beta' });
  const names = all('AWS::S3::Bucket').map(({ properties }) => properties.BucketName);
  assert.ok(names.includes('beta-storefront-invoices-AWS::AccountId-AWS::Region'), names.join());
  const confirmation = all('AWS::Lambda::Function').find(({ properties }) => properties.FunctionName === 'beta-send-order-confirmation');
  assert.equal(confirmation!.properties.Environment.Variables.SECRET_CRM, 'beta-storefront/crm');
});

test('a bucket whose name S3 would refuse is refused before anything is deployed', () => {
  assert.throws(() => synthesise(FIXTURE, { stage: 'x'.repeat(16) }), /the bucket invoices: its name would have up to 64 characters, and S3 takes 63; a shorter stage is one way out/);
});
