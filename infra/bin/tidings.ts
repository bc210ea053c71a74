import { resolve } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CatalogueError } from '../lib/field.ts';
import { loadCatalogue } from '../lib/load.ts';
import { addSystem } from '../lib/system.ts';

/** The CDK app: reads the catalogue that the Rust code prints and the functions that it builds, makes the stacks. */
const root = resolve(import.meta.dirname, '../..');
const catalogue = process.env.TIDINGS_CATALOGUE || resolve(root, 'target/catalogue.json');
const functions = process.env.TIDINGS_FUNCTIONS || resolve(root, 'target/lambda');

try {
  const app = new App();
  addSystem(app, loadCatalogue(catalogue), functions, catalogue);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof CatalogueError)) throw error;
  console.error(error.message);
  // At once: the CDK would otherwise write the stacks that were begun.
  process.exit(1);
}
