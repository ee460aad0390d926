import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import looseWords from './loose-words.js';

RuleTester.describe = describe;
RuleTester.it = it;

const tester = new RuleTester({
  languageOptions: {
    ecmaVersion: 2024,
    sourceType: 'module',
    parserOptions: { ecmaFeatures: { jsx: true } },
  },
});
const errors = [{ messageId: 'loose' }];

tester.run('loose words', looseWords, {
  valid: [
    "<p>{t('door.join')}</p>",
    '<p className="text-body font-medium">{count} · 2</p>',
    '<input name="email" type="email" />',
    "<p>{phase === 'on' ? t('devices.mute') : t('devices.unmute')}</p>",
    "throw new Error('No room for it here')",
    "console.error('A page failed')",
    "toast(t('copied'))",
    "const key = 'NotAllowedError'",
  ],
  invalid: [
    { code: '<p>Join now</p>', errors },
    { code: "<p>{'Join'}</p>", errors },
    { code: "<p>{live ? 'Join' : t('start')}</p>", errors },
    { code: '<p>{`${count} people`}</p>', errors },
    { code: "<p>{count > 0 && 'people'}</p>", errors },
    { code: '<button aria-label="Close" />', errors },
    { code: "<Field label={'Name'} />", errors },
    { code: "toast('Copied')", errors },
    { code: "setProblem(known ? t('known') : 'It failed')", errors },
    { code: "const text = 'The meeting has ended'", errors },
  ],
});
