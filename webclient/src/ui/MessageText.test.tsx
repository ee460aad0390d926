// @vitest-environment happy-dom
import { cleanup, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { draw } from './draw';
import { MessageText } from './MessageText';

afterEach(cleanup);

it('draws a link from left to right, with the host that it leads to', () => {
  draw(<MessageText text={'\u202eلا https://p\u0430ypal.example/\u202egpj'} />);
  const link = screen.getByRole('link');
  const shown = link.querySelector('bdi');
  expect(shown?.getAttribute('dir')).toBe('ltr');
  expect(shown?.textContent).toBe('https://xn--pypal-4ve.example/gpj');
});
