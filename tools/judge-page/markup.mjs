// What is no valid HTML.
import { HtmlValidate } from 'html-validate';

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    // How text is written, and not what it means.
    'no-trailing-whitespace': 'off',
    'void-style': 'off',
    'doctype-style': 'off',
    'attribute-boolean-style': 'off',
    'long-title': 'off',
    // Names of events have dots, and ids are made of them.
    'valid-id': ['error', { relaxed: true }],
  },
});

/** What is wrong with a page's text by the recommended rules, but for those of taste. */
export async function wrong(text) {
  const report = await validator.validateString(text);
  return report.results.flatMap(({ messages }) => messages.map(({ line, message, ruleId }) => `html-validate: line ${line}: ${message} (${ruleId})`));
}
