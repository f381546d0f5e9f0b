// Strict type-checked linting, and the one-way import rule of the house.
import tseslint from 'typescript-eslint';

/** Files in `folder` must not import what matches `banned`. */
function direction(folder, banned, why) {
  const patterns = banned.map((group) => ({ group: [group], message: why }));
  return { files: [`${folder}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', 'coverage/', '.cluster/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', { max: 350 }],
      // Optional chaining and defaults count too: JSON from outside has many of them.
      complexity: ['error', 24],
      'max-depth': ['error', 4],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      // chai's property assertions (`to.be.true`) are expressions.
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/explicit-function-return-type': 'off',
      '@typescript-eslint/no-require-imports': 'off',
    },
  },
  {
    // Generated from the CRD: `{}` is the schema's empty object.
    files: ['operator/src/api/memoapp.ts'],
    rules: { '@typescript-eslint/no-empty-object-type': 'off', 'max-lines': 'off' },
  },
  direction(
    'operator/src/runtime',
    ['**/api/**', '**/stack/**', '**/reconcile/**', '**/service/**'],
    'runtime knows nobody',
  ),
  direction(
    'operator/src/api',
    ['**/stack/**', '**/reconcile/**', '**/service/**'],
    'api knows only the types of runtime',
  ),
  direction('operator/src/stack', ['**/reconcile/**', '**/service/**'], 'stack knows api'),
  direction('operator/src/reconcile', ['**/service/**'], 'the operator never imports the service'),
  direction('service/src', ['**/operator/**'], 'nothing in service knows the operator'),
);
