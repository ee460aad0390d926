// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { letterOf, useMeetingKeys } from './keys';

afterEach(cleanup);

function Page({ onMute }: { onMute: () => void }) {
  useMeetingKeys({ m: onMute });
  return <input aria-label="field" />;
}

it('acts on a key, but not while typing or with a modifier', async () => {
  const onMute = vi.fn();
  const { getByLabelText } = render(<Page onMute={onMute} />);
  await userEvent.keyboard('m');
  expect(onMute).toHaveBeenCalledTimes(1);
  await userEvent.keyboard('M');
  expect(onMute).toHaveBeenCalledTimes(2);
  await userEvent.keyboard('{Control>}m{/Control}');
  await userEvent.type(getByLabelText('field'), 'mm');
  expect(onMute).toHaveBeenCalledTimes(2);
});

it.each([
  ['M', 'KeyM', 'm'],
  ['م', 'KeyL', 'l'],
  ['ь', 'KeyM', 'm'],
  ['a', 'KeyQ', 'a'],
  ['é', 'Digit2', 'é'],
  ['F2', 'F2', 'f2'],
])('%s at the place of %s is %s', (key, code, want) => {
  expect(letterOf({ key, code })).toBe(want);
});
