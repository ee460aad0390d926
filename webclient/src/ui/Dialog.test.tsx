// @vitest-environment happy-dom
import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { Dialog } from './Dialog';
import { draw } from './draw';
import { Menu, MenuItem, MenuSub } from './Menu';
import { ReactionMenu } from './ReactionMenu';

afterEach(cleanup);

// Of the body, it would be the text of the whole page.
const focused = () => document.activeElement?.closest('button, [role=menuitem]')?.textContent;

/** As most pages have it: there while it is open, with a field that takes the focus. */
function Question({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Rename">
      {/* eslint-disable-next-line jsx-a11y/no-autofocus */}
      <input autoFocus aria-label="Name" />
      <button type="button" onClick={onClose}>
        Save
      </button>
    </Dialog>
  );
}

describe('a dialog gives the focus back', () => {
  it.each(['Save', 'Escape'])('to the button that opened it, after %s', async (way) => {
    function Page() {
      const [open, setOpen] = useState(false);
      return (
        <>
          <button type="button" onClick={() => setOpen(true)}>
            Open
          </button>
          {open && <Question onClose={() => setOpen(false)} />}
        </>
      );
    }
    draw(<Page />);
    await userEvent.click(screen.getByRole('button', { name: 'Open' }));
    await waitFor(() => expect(document.activeElement?.tagName).toBe('INPUT'));
    if (way === 'Escape') await userEvent.keyboard('{Escape}');
    else await userEvent.click(screen.getByRole('button', { name: way }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(focused()).toBe('Open'));
  });

  it('if it is always there', async () => {
    function Page() {
      const [open, setOpen] = useState(false);
      return (
        <>
          <button type="button" onClick={() => setOpen(true)}>
            Open
          </button>
          <Dialog open={open} onClose={() => setOpen(false)} title="Settings" />
        </>
      );
    }
    draw(<Page />);
    await userEvent.click(screen.getByRole('button', { name: 'Open' }));
    await screen.findByRole('dialog');
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(focused()).toBe('Open'));
  });

  it('to the button of the menu that opened it, from a menu inside too', async () => {
    function Page() {
      const [open, setOpen] = useState(false);
      return (
        <>
          <Menu trigger={<button type="button">More</button>}>
            <MenuItem onSelect={() => setOpen(true)}>Rename</MenuItem>
            <MenuSub label="Others">
              <MenuItem onSelect={() => setOpen(true)}>Deep</MenuItem>
            </MenuSub>
          </Menu>
          {open && <Question onClose={() => setOpen(false)} />}
        </>
      );
    }
    draw(<Page />);
    for (const keys of ['{Enter}', '{ArrowDown}{ArrowRight}{Enter}']) {
      screen.getByRole('button', { name: 'More' }).focus();
      await userEvent.keyboard('{Enter}');
      await screen.findByRole('menu');
      await waitFor(() => expect(focused()).toBe('Rename'));
      await userEvent.keyboard(keys);
      await screen.findByRole('dialog');
      await waitFor(() => expect(document.activeElement?.tagName).toBe('INPUT'));
      await userEvent.keyboard('{Escape}');
      await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
      await waitFor(() => expect(focused()).toBe('More'));
    }
  });
});

it('the reactions give the focus back to their button', async () => {
  function Page() {
    const [open, setOpen] = useState(false);
    return <ReactionMenu open={open} onOpen={setOpen} onReact={() => setOpen(false)} />;
  }
  draw(<Page />);
  const button = screen.getByRole('button');
  for (const way of ['{Enter}', '{Escape}']) {
    await userEvent.click(button);
    await screen.findByRole('dialog');
    await waitFor(() => expect(document.activeElement).not.toBe(button));
    await userEvent.keyboard(way);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(button));
  }
  await userEvent.click(button);
  await userEvent.click(button);
  expect(screen.queryByRole('dialog')).toBeNull();
});
