import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogues, synthesise, type Resource } from './synthesise.ts';

for (const file of catalogues) {
  describe(`the bucket for large data of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const ofClaims = ({ properties }: Resource) => properties.BucketName.includes('-claims-');
    const [bucket, ...others] = all('AWS::S3::Bucket').filter(ofClaims);

    test('there is one, of this system, account and region', () => {
      assert.deepEqual(others, []);
      assert.match(bucket!.properties.BucketName, new RegExp(`^${catalogue.system}-claims-[^-].*`));
    });

    test('its longest name is one that S3 takes', () => {
      const longest = `${'x'.repeat(16)}-${catalogue.system}-claims-${'1'.repeat(12)}-ap-southeast-2`;
      assert.ok(longest.length <= 63, `${longest} has ${longest.length} characters`);
    });

    test('it is encrypted, closed to the public and to whoever comes without TLS', () => {
      const { BucketEncryption, PublicAccessBlockConfiguration, OwnershipControls } = bucket!.properties;
      assert.deepEqual(BucketEncryption.ServerSideEncryptionConfiguration, [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
      assert.deepEqual(Object.values(PublicAccessBlockConfiguration), [true, true, true, true]);
      assert.deepEqual(OwnershipControls.Rules, [{ ObjectOwnership: 'BucketOwnerEnforced' }]);
      const [policy] = all('AWS::S3::BucketPolicy');
      const denied = policy!.properties.PolicyDocument.Statement.filter((statement: any) => statement.Effect === 'Deny');
      assert.ok(denied.some((statement: any) => statement.Condition?.Bool?.['aws:SecureTransport'] === 'false'));
    });

    test('an object outlives every message that refers to it, and is forgotten then', () => {
      const [rule, ...rules] = bucket!.properties.LifecycleConfiguration.Rules;
      assert.deepEqual(rules, []);
      assert.equal(rule.Status, 'Enabled');
      // Without a prefix: every object.
      assert.equal(rule.Prefix, undefined);
      const redriven = Math.max(...catalogue.consumers.map((one) => one.retentionSeconds + one.deadLetterRetentionSeconds));
      assert.ok(rule.ExpirationInDays * 86_400 > 45 * 86_400 + redriven);
      assert.equal(rule.AbortIncompleteMultipartUpload.DaysAfterInitiation, 1);
    });

    test('it outlives its stack, unless the system is ephemeral', () => {
      assert.equal(bucket!.deletionPolicy, 'RetainExceptOnCreate');
      const [ephemeral] = synthesise(file, { ephemeral: true }).all('AWS::S3::Bucket').filter(ofClaims);
      assert.equal(ephemeral!.deletionPolicy, 'Delete');
    });
  });
}
