// @vitest-environment happy-dom
import { cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChatEntry } from '../call';
import { ChatPanel } from './ChatPanel';
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
  const [draft, setDraft] = useState('');
  return (
    <ChatPanel
      chat={[]}
      more={false}
      unread={0}
      away={false}
      sheet={false}
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
    expect(onSend).toHaveBeenCalledExactlyOnceWith('one\ntwo');
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

  it('opens links elsewhere without telling where from', () => {
    draw(<Panel chat={[entry(1, 'see https://plenum.example/a')]} />);
    const link = screen.getByRole('link', { name: 'https://plenum.example/a' });
    expect(link.getAttribute('rel')).toContain('noopener noreferrer');
    expect(link.getAttribute('target')).toBe('_blank');
  });
});
