import { RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { PERSON_KEYS } from './catalogue.ts';
import type { System } from './system.ts';

/**
 * The key that wraps the keys of persons, where the catalogue knows any. Who may use it, the functions' own roles say, which the
 * key's policy leaves to IAM. With it every person's key is lost, so it outlives its stack, and KMS waits a month before it deletes one.
 */
export function personKeysKey(scope: Construct, { catalogue, names, options }: System): kms.Key | undefined {
  if (!catalogue.tables.some((table) => table.name === PERSON_KEYS)) return undefined;
  return new kms.Key(scope, 'PersonKeysKey', {
    alias: names.personKeysAlias,
    description: `${catalogue.system}: wraps the keys with which personal data in events is sealed`,
    // What it has wrapped stays readable: KMS keeps the older key material.
    enableKeyRotation: true,
    removalPolicy: options.ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });
}
