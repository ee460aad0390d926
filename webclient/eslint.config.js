import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const spoken = '/^(aria-label|aria-description|aria-roledescription|title|placeholder|alt|label)$/';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'playwright-report', 'test-results', 'src/protocol'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.tsx'],
    ...jsxA11y.flatConfigs.strict,
    languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
  {
    files: ['src/**/*.tsx'],
    ignores: ['src/**/*.test.tsx'],
    rules: {
      // Words live in src/i18n, so that a second language is one more catalogue.
      'no-restricted-syntax': [
        'error',
        { selector: 'JSXText[value=/\\p{L}/u]', message: 'Put words into src/i18n/en.json.' },
        {
          selector: `JSXAttribute[name.name=${spoken}] > Literal[value=/\\p{L}/u]`,
          message: 'Put words into src/i18n/en.json.',
        },
        {
          selector: `JSXAttribute[name.name='dangerouslySetInnerHTML']`,
          message: 'Text is drawn as text, never as HTML.',
        },
      ],
    },
  },
);
