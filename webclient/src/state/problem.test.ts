import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import { startI18n } from '../i18n';
import { fieldTexts, problemText } from './problem';

beforeAll(startI18n);

describe('problemText', () => {
  it.each([
    [new ApiError(0, 'network', ''), 'Plenum cannot be reached'],
    [new ApiError(429, 'too_many', '', {}, 30), 'in 30 seconds'],
    [new ApiError(429, 'too_many', '', {}, 1), 'in 1 second.'],
    [new ApiError(429, 'too_many', ''), 'in a few minutes'],
    [new ApiError(403, 'disabled', ''), 'This account is disabled'],
    [new ApiError(500, 'internal', 'nil pointer'), 'Plenum could not do that'],
    [new TypeError('undefined is not a function'), 'Plenum could not do that'],
  ])('%s', (error, want) => {
    const text = problemText(i18next.t, error);
    expect(text).toContain(want);
    expect(text).not.toMatch(/nil pointer|undefined/);
  });
});

describe('fieldTexts', () => {
  it('says what the server found in the language of the page, known reason or not', () => {
    const error = new ApiError(400, 'invalid', '', {
      name: 'has more than 64 characters',
      password: 'is one of the most common passwords',
      limit: 'must be a number above 0',
    });
    expect(fieldTexts(i18next.t, error)).toEqual({
      name: 'That has more than 64 characters.',
      password: 'That is one of the most common passwords. Choose another one.',
      limit: 'That cannot be used here.',
    });
  });

  it('says nothing of other errors', () => {
    expect(fieldTexts(i18next.t, new ApiError(500, 'internal', '', { name: 'x' }))).toEqual({});
    expect(fieldTexts(i18next.t, null)).toEqual({});
  });
});
