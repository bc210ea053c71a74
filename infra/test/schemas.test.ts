import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIXTURE, catalogues, changed, synthesise, type Resource } from './synthesise.ts';

const ofSchemas = ({ properties }: Resource) => properties.BucketName.includes('-schemas-');
const told = (context: Record<string, unknown>) => {
  const functions = synthesise(FIXTURE, context).all('AWS::Lambda::Function');
  return new Set(functions.map(({ properties }) => properties.Environment?.Variables?.SCHEMAS_URL).filter((url) => url !== undefined));
};

for (const file of catalogues) {
  describe(`the bucket of schemas of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const [bucket, ...others] = all('AWS::S3::Bucket').filter(ofSchemas);

    test('there is one, of this system, account and region, by a name that S3 takes', () => {
      assert.deepEqual(others, []);
      assert.equal(bucket!.properties.BucketName, `${catalogue.system}-schemas-AWS::AccountId-AWS::Region`);
      const longest = `${'x'.repeat(16)}-${catalogue.system}-schemas-${'1'.repeat(12)}-ap-southeast-2`;
      assert.ok(longest.length <= 63, `${longest} has ${longest.length} characters`);
    });

    test('it is encrypted, closed to whoever comes without TLS, and to the public unless it is said', () => {
      const { BucketEncryption, PublicAccessBlockConfiguration } = bucket!.properties;
      assert.deepEqual(BucketEncryption.ServerSideEncryptionConfiguration, [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
      assert.deepEqual(Object.values(PublicAccessBlockConfiguration), [true, true, true, true]);
      const opened = synthesise(file, { schemas: 'public' });
      const policies = opened.all('AWS::S3::BucketPolicy').map(({ properties }) => properties.PolicyDocument.Statement as any[]);
      const allowed = policies.flat().filter(({ Effect }) => Effect === 'Allow');
      assert.deepEqual(allowed.map(({ Action, Principal }) => [Action, Principal]), [['s3:GetObject', { AWS: '*' }]]);
      const open = opened.all('AWS::S3::Bucket').filter(({ properties }) => !Object.values(properties.PublicAccessBlockConfiguration).every((blocked) => blocked));
      assert.deepEqual(open.map(ofSchemas), [true]);
    });
  });
}

test('messages name the address that the deployer chooses, and otherwise the bucket', () => {
  assert.deepEqual([...told({})], ['https://storefront-schemas-AWS::AccountId-AWS::Region.s3.AWS::Region.AWS::URLSuffix']);
  assert.deepEqual([...told({ schemasUrl: 'https://schemas.shop.example' })], ['https://schemas.shop.example']);
  for (const wrong of ['schemas.shop.example', 'https://schemas.shop.example/', 'https://a b', 'ftp://schemas']) {
    assert.throws(() => told({ schemasUrl: wrong }), /schemasUrl=.*expected a URL/);
  }
  assert.throws(() => told({ schemas: 'secret' }), /expected private or public/);
});

test('the catalogue is an asset of the deployment: another catalogue is another one', () => {
  const address = (file: string) => JSON.stringify(synthesise(file).templates.get('storefront-platform').Outputs.CatalogueUrl.Value);
  assert.match(address(FIXTURE), /s3:\/\/.*[0-9a-f]{64}\.json/);
  const slower = changed((catalogue) => (catalogue.consumers[0].timeoutSeconds += 1, catalogue.consumers[0].visibilityTimeoutSeconds += 6));
  assert.notEqual(address(slower), address(FIXTURE));
});
