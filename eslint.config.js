import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/', 'node_modules/', '.node/', '.cache/', 'test-output/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-console': 'off',
    },
  },
  {
    // Needs types, which takes some ten seconds: only where a rejection that nobody handles would end the server. `void` is
    // no way out: whoever starts something without awaiting it says what becomes of its error (src/common/bulkhead.ts).
    files: ['src/**/*.ts'],
    ignores: ['src/training/**'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    // Media and windows are streams from end to end. What is no stream comes in by a few doors, each named for what it lets in;
    // anywhere else a Subject would hide where something comes from, and a subscription by hand who ends it.
    files: ['src/**/*.ts'],
    ignores: [
      'src/analysis/child/participant-media.ts',
      'src/analysis/window-publisher.ts',
      'src/files/child/file-media.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'rxjs',
              importNames: ['Subject', 'BehaviorSubject', 'ReplaySubject', 'AsyncSubject'],
              message: 'Make an operator of it; what is no stream comes in by the doors that eslint.config.js names.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        AbortSignal: 'readonly',
      },
    },
  },
);
