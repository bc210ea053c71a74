import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { PERSON_KEYS } from './catalogue.ts';
import { outliving } from './options.ts';
import type { System } from './system.ts';

/**
 * The key that wraps the keys of persons, where the catalogue knows any. Who may use it, the functions' own roles say, which the
 * key's policy leaves to IAM. With it every person's key is lost, so it outlives its stack, and KMS waits a month before it deletes one.
 *
 * Its alias outlives the stack as well. Functions ask for the key by the alias: a stack that is made again would otherwise give it to a new key, and
 * nothing that the old one has sealed could be opened. As it is, such a stack is refused until both are imported (`docs/runbook.md`).
 */
export function personKeysKey(scope: Construct, { catalogue, names, options }: System): kms.Key | undefined {
  if (!catalogue.tables.some((table) => table.name === PERSON_KEYS)) return undefined;
  const removalPolicy = outliving(options);
  const key = new kms.Key(scope, 'PersonKeysKey', {
    description: `${catalogue.system}: wraps the keys with which personal data in events is sealed`,
    // What it has wrapped stays readable: KMS keeps the older key material.
    enableKeyRotation: true,
    removalPolicy,
  });
  // By this id, which is the one that the CDK gives to the alias of a key: with another, deployed stacks would replace theirs.
  new kms.Alias(key, 'Alias', { aliasName: names.personKeysAlias, targetKey: key, removalPolicy });
  return key;
}
