import { useLayoutEffect, useRef } from 'react';

/** Gives focus back to what had it when this opened; goes to a dialog's `onCloseAutoFocus`. */
export function useOpener(open: boolean): (event: Event) => void {
  const opener = useRef<HTMLElement>(undefined);
  // Before anything inside takes the focus.
  useLayoutEffect(() => {
    if (open) opener.current = openerOf(document.activeElement);
  }, [open]);
  return (event) => {
    // The default would look for a trigger of its own, and there is none.
    event.preventDefault();
    opener.current?.focus();
  };
}

// A menu is gone by the time that the dialog which it opened closes; its button is not.
function openerOf(focused: Element | null): HTMLElement | undefined {
  const menu = focused?.closest('[role=menu]');
  const trigger = menu && document.getElementById(menu.getAttribute('aria-labelledby') ?? '');
  if (trigger) return openerOf(trigger);
  return focused instanceof HTMLElement ? focused : undefined;
}
