// @vitest-environment happy-dom
import { cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChatEntry } from '../call';
import { ChatPanel } from './ChatPanel';
import { emptyDraft } from './Composer';
import type { Draft } from './Composer';
import type { ChatPanelProps } from './ChatPanel';
import { draw } from './draw';

afterEach(cleanup);

function entry(number: number, text: string, change: Partial<ChatEntry> = {}): ChatEntry {
  return {
    clientId: `c${number}`,
    number,
    sender: 'p1',
    name: 'Mara',
    text,
    sentAt: '2026-11-23T10:05:00Z',
    own: false,
    status: 'stored',
    ...change,
  };
}

function Panel(props: Partial<ChatPanelProps>) {
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  return (
    <ChatPanel
      chat={[]}
      more={false}
      unread={0}
      away={false}
      sheet={false}
      self="me"
      host={false}
      typing={[]}
      recipients={[]}
      toAll
      onTyping={() => {}}
      onReply={() => {}}
      onEdit={() => {}}
      onDelete={() => {}}
      onReact={() => {}}
      draft={draft}
      onDraft={setDraft}
      onSend={() => {}}
      onRetry={() => {}}
      onOlder={async () => {}}
      onRead={() => {}}
      onClose={() => {}}
      {...props}
    />
  );
}

describe('the chat', () => {
  it('says what an empty one is for', () => {
    draw(<Panel />);
    expect(screen.getByText('Nothing written yet')).toBeTruthy();
  });

  it('sends with Enter, breaks the line with Shift and Enter', async () => {
    const onSend = vi.fn();
    draw(<Panel onSend={onSend} />);
    const field = screen.getByLabelText('Message everyone');
    await userEvent.type(field, 'one{Shift>}{Enter}{/Shift}two{Enter}');
    expect(onSend).toHaveBeenCalledOnce();
    expect(onSend.mock.calls[0]?.[0]).toMatchObject({ text: 'one\ntwo' });
    expect((field as HTMLTextAreaElement).value).toBe('');
  });

  it('sends nothing that is empty or too long', async () => {
    const onSend = vi.fn();
    draw(<Panel onSend={onSend} />);
    const field = screen.getByLabelText('Message everyone');
    await userEvent.type(field, '   {Enter}');
    await userEvent.clear(field);
    await userEvent.click(field);
    // Two bytes each: 4 KiB and four bytes more.
    await userEvent.paste('é'.repeat(2050));
    expect(screen.getByRole('alert').textContent).toContain('too long by 4');
    await userEvent.keyboard('{Enter}');
    expect(onSend).not.toHaveBeenCalled();
  });

  it('marks where the new messages begin, and has them read', () => {
    const onRead = vi.fn();
    const chat = [entry(1, 'old'), entry(2, 'new'), entry(3, 'newer')];
    draw(<Panel chat={chat} unread={2} onRead={onRead} />);
    const log = screen.getByRole('log');
    expect(log.textContent).toMatch(/old.*2 new messages.*new/);
    expect(onRead).toHaveBeenCalled();
  });

  it('offers to send again what failed', async () => {
    const onRetry = vi.fn();
    const mine = entry(0, 'lost', { own: true, status: 'failed', clientId: 'mine' });
    draw(<Panel chat={[mine]} onRetry={onRetry} />);
    await userEvent.click(
      within(screen.getByRole('alert')).getByRole('button', { name: 'Try again' }),
    );
    expect(onRetry).toHaveBeenCalledWith('mine');
  });

  it('loads earlier messages, and says when that fails', async () => {
    const onOlder = vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue(undefined);
    draw(<Panel chat={[entry(9, 'last')]} more onOlder={onOlder} />);
    await userEvent.click(screen.getByRole('button', { name: 'Show earlier messages' }));
    expect(screen.getByRole('alert').textContent).toContain('could not be loaded');
    await userEvent.click(screen.getByRole('button', { name: 'Show earlier messages' }));
    expect(screen.queryByRole('alert')).toBeNull();
    expect(onOlder).toHaveBeenCalledTimes(2);
  });

  it('closes with Escape', async () => {
    const onClose = vi.fn();
    draw(<Panel onClose={onClose} />);
    await userEvent.click(screen.getByLabelText('Message everyone'));
    await userEvent.keyboard('{Escape}');
    expect(onClose).toHaveBeenCalledOnce();
  });

  it.each([
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '[a](javascript:alert(1))',
    '<a href="javascript:alert(1)">x</a>',
    '"><svg/onload=alert(1)>',
  ])('draws %s as text', (text) => {
    const { container } = draw(<Panel chat={[entry(1, text)]} />);
    expect(screen.getByRole('log').textContent).toContain(text);
    expect(container.querySelector('img, script, svg[onload], [role="log"] a')).toBeNull();
  });

  it('writes to one person, answers, and changes an own message', async () => {
    const onSend = vi.fn();
    draw(<Panel onSend={onSend} recipients={[{ id: 'p7', name: 'Léa' }]} />);
    await userEvent.click(screen.getByRole('button', { name: 'Whom it is for: To everyone' }));
    await userEvent.click(screen.getByRole('button', { name: 'Léa' }));
    await userEvent.type(screen.getByLabelText('Message Léa'), 'hush{Enter}');
    expect(onSend.mock.calls[0]?.[0]).toMatchObject({ text: 'hush', to: 'p7' });
    // The next one is for the same person, so that nothing private slips out.
    expect(screen.getByLabelText('Message Léa')).toBeTruthy();
  });

  it('lets nobody write who may not, and says why', async () => {
    const onSend = vi.fn();
    draw(<Panel onSend={onSend} toAll={false} />);
    await userEvent.type(screen.getByLabelText('Message everyone'), 'hello{Enter}');
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByText(/only hosts write to everyone/)).toBeTruthy();
  });

  it('offers to change one’s own message, and to hosts to delete any', async () => {
    const onDelete = vi.fn();
    const mine = entry(1, 'mine', { own: true, sender: 'me' });
    draw(<Panel chat={[mine, entry(2, 'theirs')]} onDelete={onDelete} />);
    expect(screen.getAllByRole('button', { name: /^More about the message/ })).toHaveLength(1);
    await userEvent.click(screen.getByRole('button', { name: /^More about the message/ }));
    expect(screen.getByRole('menuitem', { name: 'Edit' })).toBeTruthy();
    await userEvent.click(screen.getByRole('menuitem', { name: 'Delete' }));
    expect(onDelete).toHaveBeenCalledWith(mine);
    cleanup();
    draw(<Panel chat={[entry(2, 'theirs')]} host />);
    await userEvent.click(screen.getByRole('button', { name: /^More about the message/ }));
    expect(screen.queryByRole('menuitem', { name: 'Edit' })).toBeNull();
    expect(screen.getByRole('menuitem', { name: 'Delete' })).toBeTruthy();
  });

  it('shows what is answered, what was edited or deleted, for whom it is, and how it was taken', async () => {
    const onReact = vi.fn();
    const chat = [
      entry(1, 'Which **query**?'),
      entry(2, 'That one', { replyTo: 1, editedAt: '2026-11-23T10:06:00Z' }),
      entry(3, '', { deleted: true }),
      entry(4, 'hush', { to: 'me', toName: 'Me' }),
      entry(5, 'done', { reactions: [{ emoji: '🎉', by: ['p2', 'me'] }] }),
    ];
    draw(<Panel chat={chat} onReact={onReact} />);
    const log = screen.getByRole('log');
    expect(log.textContent).toContain('MaraWhich query?That one');
    expect(log.textContent).toContain('edited');
    expect(log.textContent).toContain('This message was deleted.');
    expect(log.textContent).toContain('Privately to you');
    await userEvent.click(screen.getByRole('button', { name: 'Party, 2 people', pressed: true }));
    expect(onReact).toHaveBeenCalledWith(chat[4], '🎉', false);
  });

  it('says who is writing', () => {
    draw(<Panel typing={['Mara', 'Léa']} />);
    expect(screen.getByText('Mara and Léa are writing')).toBeTruthy();
  });

  it('opens links elsewhere without telling where from', () => {
    draw(<Panel chat={[entry(1, 'see https://plenum.example/a')]} />);
    const link = screen.getByRole('link', { name: 'https://plenum.example/a' });
    expect(link.getAttribute('rel')).toContain('noopener noreferrer');
    expect(link.getAttribute('target')).toBe('_blank');
  });
});
