import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../protocol/messages';
import { settled } from './testing/clock';
import { fakeCall } from './testing/call';
import { person } from './testing/server';

const said = (number: number, change: Partial<ChatMessage> = {}): ChatMessage => ({
  number,
  clientId: `c${number}`,
  sender: 'grace',
  name: 'Grace',
  text: `line ${number}`,
  sentAt: '2026-01-01T00:00:00Z',
  stored: true,
  ...change,
});

const own = (number: number, clientId: string, stored: boolean): ChatMessage =>
  said(number, { clientId, sender: 'ada', name: 'ada', stored });

/** What stands in the list: number, text or client id, and status. */
const lines = (call: ReturnType<typeof fakeCall>) =>
  call.state.chat.map(({ number, status }) => `${number} ${status}`);

describe('sending', () => {
  it('goes from sending to sent to stored, and stands there once', async () => {
    const call = fakeCall();
    await call.join();
    let request = 0;
    call.server.replies['chat:message'] = ({ id }) => {
      request = id;
      return undefined;
    };
    call.engine.sendChat('hello');
    expect(lines(call)).toEqual(['0 sending']);
    const { clientId } = call.state.chat[0]!;
    call.server.socket.tell({ type: 'chat:message', data: own(1, clientId, false) });
    expect(lines(call)).toEqual(['1 sent']);
    call.server.socket.reply(request, { type: 'ok', data: {} });
    await settled();
    expect(lines(call)).toEqual(['1 stored']);
    call.server.socket.tell({ type: 'chat:updated', data: { number: 1, stored: true } });
    expect(lines(call)).toEqual(['1 stored']);
  });

  it('does not fall back when an older word arrives late', async () => {
    const call = fakeCall();
    await call.join();
    call.server.socket.tell({ type: 'chat:message', data: said(1) });
    call.server.socket.tell({ type: 'chat:message', data: said(1, { stored: false }) });
    expect(lines(call)).toEqual(['1 stored']);
  });

  it('is marked when the server refuses, and can be tried again under the same id', async () => {
    const call = fakeCall();
    await call.join();
    call.server.replies['chat:message'] = () => ({
      type: 'error',
      data: { code: 'too_many', message: 'slower' },
    });
    call.engine.sendChat('hello');
    await settled();
    expect(lines(call)).toEqual(['0 failed']);
    const { clientId } = call.state.chat[0]!;
    delete call.server.replies['chat:message'];
    call.engine.retryChat(clientId);
    await settled();
    const sent = call.server.socket.all('chat:message');
    expect(sent.map((each) => each.clientId)).toEqual([clientId, clientId]);
    expect(lines(call)).toEqual(['0 sending']);
  });

  it('goes out again after coming back, under the same id', async () => {
    const call = fakeCall();
    await call.join();
    call.server.replies['chat:message'] = () => undefined;
    call.engine.sendChat('hello');
    await settled();
    call.server.socket.drop();
    await settled();
    const { clientId } = call.state.chat[0]!;
    expect(call.server.socket.all('chat:message')).toEqual([{ clientId, text: 'hello' }]);
    expect(lines(call)).toEqual(['0 sending']);
  });

  it('leaves out what would turn the text of others around', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.sendChat('\u202egnp.evil\u202c and \u2067more\u2069');
    expect(call.state.chat.map(({ text }) => text)).toEqual(['gnp.evil and more']);
    call.engine.sendChat('\u202e\u202c');
    expect(call.state.chat).toHaveLength(1);
  });

  it('ignores what is only blank', async () => {
    const call = fakeCall();
    await call.join();
    call.engine.sendChat('  \n ');
    expect(call.state.chat).toEqual([]);
  });
});

describe('the list', () => {
  it("is in the room's order, and knows whether there is more", async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, chat: [said(5), said(6)], moreChat: true };
    await call.join();
    call.server.socket.tell({ type: 'chat:message', data: said(8) });
    call.server.socket.tell({ type: 'chat:message', data: said(7) });
    expect(call.state.chat.map(({ number }) => number)).toEqual([5, 6, 7, 8]);
    expect(call.state.chatMore).toBe(true);
    call.server.replies['chat:history'] = () => ({
      type: 'chat:history',
      data: { messages: [said(1), said(2), said(3), said(4)], more: false },
    });
    await call.engine.loadOlderChat();
    expect(call.server.socket.all('chat:history')).toEqual([{ before: 5, limit: 50 }]);
    expect(call.state.chat.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(call.state.chatMore).toBe(false);
  });

  it('drops what lies before a gap, so that it can be loaded', async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, chat: [said(1), said(2)] };
    await call.join();
    call.server.snapshot = { ...call.server.snapshot, chat: [said(60), said(61)], moreChat: true };
    call.server.socket.drop();
    await settled();
    expect(call.state.chat.map(({ number }) => number)).toEqual([60, 61]);
    expect(call.state.chatMore).toBe(true);
  });
});

describe('a message that is there', () => {
  it('changes in its place, when it is edited, deleted or reacted to', async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, chat: [said(5), said(6)] };
    await call.join();
    const edited = { ...said(5), text: 'better', editedAt: '2026-01-01T00:10:00Z' };
    const tell = (message: typeof edited) =>
      call.server.socket.tell({
        type: 'chat:updated',
        data: { number: message.number, stored: true, message },
      });
    tell(edited);
    expect(call.state.chat[0]).toMatchObject({ number: 5, text: 'better', status: 'stored' });
    tell({ ...edited, reactions: [{ emoji: '👍', by: ['bob'] }] } as typeof edited);
    expect(call.state.chat[0]?.reactions).toEqual([{ emoji: '👍', by: ['bob'] }]);
    tell({ ...said(99), editedAt: '' });
    expect(call.state.chat.map(({ number }) => number)).toEqual([5, 6]);
    expect(call.state.unread).toBe(0);
  });

  it('that we change while the link breaks is changed when we are back', async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, chat: [own(5, 'x', true)] };
    await call.join();
    call.server.replies['meeting:resume'] = () => ({
      type: 'meeting:resumed',
      data: { missed: 0, ticket: 'ticket-2' },
    });
    call.server.replies['chat:edit'] = () => undefined;
    const edit = call.engine.editChat(5, 'better');
    await settled();
    delete call.server.replies['chat:edit'];
    call.server.socket.drop();
    await expect(edit).resolves.toBeUndefined();
    expect(call.server.socket.all('chat:edit')).toEqual([{ number: 5, text: 'better' }]);
  });

  it.each(['edit', 'delete', 'react'] as const)(
    'is not refused to whom the room shows it as they wanted it: %s',
    async (what) => {
      const call = fakeCall();
      call.server.snapshot = { ...call.server.snapshot, chat: [own(5, 'x', true)] };
      await call.join();
      const changed = {
        edit: { ...own(5, 'x', true), text: 'better' },
        delete: { ...own(5, 'x', true), text: '', deleted: true },
        react: { ...own(5, 'x', true), reactions: [{ emoji: '👍' as const, by: ['ada'] }] },
      }[what];
      call.server.replies[`chat:${what}`] = () => undefined;
      const asked = {
        edit: () => call.engine.editChat(5, 'better'),
        delete: () => call.engine.deleteChat(5),
        react: () => call.engine.reactChat(5, '👍', true),
      }[what]();
      await settled();
      call.server.replies[`chat:${what}`] = () => ({
        type: 'error',
        data: { code: 'not_found', message: 'The message is deleted.' },
      });
      call.server.snapshot = { ...call.server.snapshot, chat: [changed] };
      call.server.socket.drop();
      await expect(asked).resolves.toBeUndefined();
      expect(call.state.chat[0]).toMatchObject({ text: changed.text });
    },
  );

  it('is refused to whom the room shows something else', async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, chat: [own(5, 'x', true)] };
    await call.join();
    call.server.replies['chat:edit'] = () => undefined;
    const edit = call.engine.editChat(5, 'better');
    const refused = expect(edit).rejects.toMatchObject({ code: 'forbidden' });
    await settled();
    call.server.replies['chat:edit'] = () => ({
      type: 'error',
      data: { code: 'forbidden', message: 'The host does not allow that.' },
    });
    call.server.socket.drop();
    await refused;
  });

  it('is given up when the call is over', async () => {
    const call = fakeCall();
    await call.join();
    call.server.replies['chat:edit'] = () => undefined;
    const edit = call.engine.editChat(5, 'better');
    const refused = expect(edit).rejects.toMatchObject({ code: 'closed' });
    await settled();
    call.server.admits = () => false;
    call.server.socket.drop();
    await settled();
    call.engine.close();
    await refused;
  });

  it('goes to one person alone, with what it answers', async () => {
    const call = fakeCall();
    call.server.snapshot = {
      ...call.server.snapshot,
      participants: [person('ada'), person('bob', { name: 'Bob' })],
    };
    await call.join();
    call.engine.sendChat('hush', { to: 'bob', replyTo: 3 });
    expect(call.state.chat[0]).toMatchObject({ to: 'bob', toName: 'Bob', replyTo: 3 });
    expect(call.server.socket.all('chat:message')[0]).toMatchObject({ to: 'bob', replyTo: 3 });
  });

  it('tells that we write once in three seconds', async () => {
    const call = fakeCall();
    await call.join();
    for (let i = 0; i < 5; i++) {
      call.engine.typeChat();
      await call.clock.advance(1_000);
    }
    call.engine.typeChat('bob');
    expect(call.server.socket.all('chat:typing')).toEqual([{}, {}, { to: 'bob' }]);
  });
});

describe('unread', () => {
  it('counts what others say, also while we were away, until it is read', async () => {
    const call = fakeCall();
    call.server.snapshot = { ...call.server.snapshot, chat: [said(1)] };
    await call.join();
    expect(call.state.unread).toBe(0);
    call.server.socket.tell({ type: 'chat:message', data: said(2) });
    call.server.socket.tell({ type: 'chat:message', data: said(2) });
    call.server.socket.tell({ type: 'chat:message', data: own(3, 'x', true) });
    expect(call.state.unread).toBe(1);
    call.server.snapshot = {
      ...call.server.snapshot,
      chat: [said(1), said(2), own(3, 'x', true), said(4)],
    };
    call.server.socket.drop();
    await settled();
    expect(call.state.unread).toBe(2);
    call.engine.markRead();
    expect(call.state.unread).toBe(0);
  });
});
