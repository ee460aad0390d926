import { render } from '@testing-library/react';
import { Tooltip } from 'radix-ui';
import type { ReactElement } from 'react';
import { startI18n } from '../i18n';

/** Draws a component for a test, with words and tooltips around it. */
export function draw(element: ReactElement) {
  startI18n();
  return render(element, {
    wrapper: ({ children }) => <Tooltip.Provider>{children}</Tooltip.Provider>,
  });
}
