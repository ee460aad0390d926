import { expect, it } from 'vitest';
import type { ChatEntry } from '../call';
import { firstUnread } from './unread';

const entry = (clientId: string, own = false): ChatEntry => ({
  clientId,
  number: 1,
  sender: own ? 'ana' : 'mara',
  name: '',
  text: '',
  sentAt: '',
  own,
  status: 'stored',
});
const chat = [entry('1'), entry('2'), entry('3', true), entry('4')];

it.each([
  [0, null],
  [1, 'mara/4'],
  [2, 'mara/2'],
  [3, 'mara/1'],
  [4, null],
])('%i unread', (unread, want) => {
  expect(firstUnread(chat, unread)).toBe(want);
});
