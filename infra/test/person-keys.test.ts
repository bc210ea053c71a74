import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogues, changed, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`the key of persons' keys of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const [key, ...others] = all('AWS::KMS::Key');

    test('there is one, which rotates, is used through IAM alone, and has the alias that functions are told', () => {
      assert.deepEqual(others, []);
      assert.equal(key!.properties.EnableKeyRotation, true);
      // Symmetric, for encryption: KMS's own default.
      assert.equal(key!.properties.KeySpec, undefined);
      const [statement, ...more] = key!.properties.KeyPolicy.Statement;
      assert.deepEqual(more, []);
      assert.deepEqual(statement.Principal, { AWS: 'arn:AWS::Partition:iam::AWS::AccountId:root' });
      const [alias] = all('AWS::KMS::Alias');
      assert.equal(alias!.properties.AliasName, `alias/${catalogue.system}-person-keys`);
      assert.equal(alias!.properties.TargetKeyId, `${key!.id}.Arn`);
    });

    test('it outlives its stack, unless the system is ephemeral', () => {
      assert.equal(key!.deletionPolicy, 'RetainExceptOnCreate');
      const [ephemeral] = synthesise(file, { ephemeral: true }).all('AWS::KMS::Key');
      assert.equal(ephemeral!.deletionPolicy, 'Delete');
    });

    test('two stages have two', () => {
      const [alias] = synthesise(file, { stage: 'beta' }).all('AWS::KMS::Alias');
      assert.equal(alias!.properties.AliasName, `alias/beta-${catalogue.system}-person-keys`);
    });
  });
}

test('a system without personal values has none, and pays for none', () => {
  const file = changed((catalogue) => {
    catalogue.tables.splice(catalogue.tables.findIndex(({ name }: { name: string }) => name === 'person-keys'), 1);
    for (const one of [...catalogue.publishers, ...catalogue.consumers]) one.uses = one.uses.filter((use: object) => !('personal' in use));
  });
  assert.deepEqual(synthesise(file).all('AWS::KMS::Key'), []);
});
