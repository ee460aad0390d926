import { ArrowDown } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatEntry } from '../call';
import { Button } from './Button';
import { ChatLine } from './ChatLine';
import type { LineActions } from './ChatLine';
import { Composer } from './Composer';
import type { ComposerProps } from './Composer';
import { Panel } from './Panel';
import { firstUnread, keyOf } from './unread';

export interface ChatPanelProps extends Omit<ComposerProps, 'away'>, LineActions {
  chat: readonly ChatEntry[];
  more: boolean;
  unread: number;
  away: boolean;
  sheet: boolean;
  /** Our own participant id. */
  self: string;
  host: boolean;
  /** Names of those who are writing. */
  typing: readonly string[];
  onOlder: () => Promise<void>;
  onRead: () => void;
  onClose: () => void;
}

/** The chat: history, what is new, and where one writes. */
export function ChatPanel(props: ChatPanelProps) {
  const { t } = useTranslation();
  const { chat, unread, onRead } = props;
  const [atEnd, setAtEnd] = useState(true);
  const divider = useDivider(chat, unread);
  const byNumber = new Map(chat.map((entry) => [entry.number, entry]));

  const list = useStayAtPlace(chat, atEnd);

  useEffect(() => {
    if (atEnd && unread > 0) onRead();
  }, [atEnd, unread, onRead]);

  function typingText([first = '', second = '', ...rest]: readonly string[]): string {
    if (rest.length > 0) return t('chat.typingMany');
    return second === ''
      ? t('chat.typing', { name: first })
      : t('chat.typingTwo', { first, second });
  }

  function toEnd() {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }

  return (
    <Panel title={t('chat.title')} sheet={props.sheet} onClose={props.onClose}>
      <div className="relative flex min-h-0 grow flex-col">
        <div
          ref={list}
          role="log"
          aria-label={t('chat.log')}
          // Scrolled with the keyboard, too.
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onScroll={(event) => {
            const box = event.currentTarget;
            setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight < 40);
          }}
          className="min-h-0 grow overflow-y-auto overscroll-contain px-5 pb-4 [scrollbar-width:thin] focus-visible:-outline-offset-2"
        >
          {props.more && <Older onOlder={props.onOlder} />}
          {chat.length === 0 && <Empty />}
          <div className="flex flex-col gap-5">
            {chat.map((entry) => (
              <div key={keyOf(entry)}>
                {divider?.at === keyOf(entry) && (
                  <div className="mb-5 flex items-center gap-3 text-small font-semibold text-link">
                    <span className="h-px grow bg-current opacity-60" />
                    {t('chat.new', { count: divider.count })}
                    <span className="h-px grow bg-current opacity-60" />
                  </div>
                )}
                <ChatLine
                  entry={entry}
                  answered={entry.replyTo ? byNumber.get(entry.replyTo) : undefined}
                  self={props.self}
                  host={props.host}
                  onRetry={props.onRetry}
                  onReply={props.onReply}
                  onEdit={props.onEdit}
                  onDelete={props.onDelete}
                  onReact={props.onReact}
                />
              </div>
            ))}
          </div>
        </div>
        {!atEnd && (
          <div className="pointer-events-none absolute inset-x-0 bottom-2 flex justify-center">
            <Button
              kind="ink"
              size="small"
              className="pointer-events-auto shadow-float"
              icon={<ArrowDown size={16} aria-hidden="true" />}
              onClick={toEnd}
            >
              {unread > 0 ? t('chat.new', { count: unread }) : t('chat.jump')}
            </Button>
          </div>
        )}
      </div>
      <p
        role="status"
        className="flex h-6 shrink-0 items-center truncate px-5 text-small text-muted"
      >
        {props.typing.length > 0 && typingText(props.typing)}
      </p>
      <Composer {...props} />
    </Panel>
  );
}

// Set when unread messages are first seen, and kept while the panel is open.
function useDivider(chat: readonly ChatEntry[], unread: number) {
  const [before, setBefore] = useState(0);
  const [divider, setDivider] = useState<{ at: string; count: number } | null>(null);
  if (unread !== before) {
    setBefore(unread);
    if (unread > 0) {
      const at = firstUnread(chat, unread);
      if (at !== null) setDivider({ at, count: unread });
    }
  }
  return divider;
}

// The end stays in view for who is there; older messages above do not push what is read.
function useStayAtPlace(chat: readonly ChatEntry[], atEnd: boolean) {
  const list = useRef<HTMLDivElement>(null);
  const before = useRef({ first: '', last: '', height: 0 });
  useLayoutEffect(() => {
    const box = list.current;
    if (box === null) return;
    const firstEntry = chat[0];
    const lastEntry = chat.at(-1);
    const first = firstEntry ? keyOf(firstEntry) : '';
    const last = lastEntry ? keyOf(lastEntry) : '';
    const was = before.current;
    if (last !== was.last && (atEnd || lastEntry?.own)) box.scrollTop = box.scrollHeight;
    else if (first !== was.first) box.scrollTop += box.scrollHeight - was.height;
    before.current = { first, last, height: box.scrollHeight };
  }, [chat, atEnd]);

  // A phone that is turned, or its keyboard, makes another room for the same lines.
  const end = useRef(atEnd);
  useEffect(() => {
    end.current = atEnd;
  }, [atEnd]);
  useEffect(() => {
    const box = list.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => {
      if (end.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return list;
}

function Older({ onOlder }: { onOlder: () => Promise<void> }) {
  const { t } = useTranslation();
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');

  async function load() {
    setState('busy');
    try {
      await onOlder();
      setState('idle');
    } catch {
      setState('failed');
    }
  }

  return (
    <div className="flex flex-col items-center gap-2 pb-5">
      {state === 'failed' && (
        <p role="alert" className="text-label text-off-sign">
          {t('chat.olderFailed')}
        </p>
      )}
      <Button kind="soft" size="small" busy={state === 'busy'} onClick={() => void load()}>
        {t(state === 'busy' ? 'chat.loadingOlder' : 'chat.older')}
      </Button>
    </div>
  );
}

function Empty() {
  const { t } = useTranslation();
  return (
    <div className="px-4 pt-16 text-center">
      <p className="text-panel font-semibold">{t('chat.empty')}</p>
      <p className="mt-1 text-body text-balance text-muted">{t('chat.emptyText')}</p>
    </div>
  );
}
