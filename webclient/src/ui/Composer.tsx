import { Check, ChevronDown, SendHorizontal, Smile, X } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useEffect, useId, useRef, useState } from 'react';
import type { FormEvent, KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { plainText } from './markdown';
import { matches } from './matches';
import { EmojiRow } from './ReactionMenu';

const most = 4096;

/** Bytes of UTF-8 that a message is over the server's limit. */
export function tooMuch(text: string): number {
  return Math.max(0, new TextEncoder().encode(text).length - most);
}

/** What is being written. It outlives the panel. */
export interface Draft {
  text: string;
  /** Participant whom alone it is for. */
  to?: string | undefined;
  /** What it answers. */
  reply?: { number: number; name: string; text: string } | undefined;
  /** Number of the own message that it changes. */
  edit?: number | undefined;
}

export const emptyDraft: Draft = { text: '' };

export interface ComposerProps {
  draft: Draft;
  /** The connection is gone: what is sent now waits. */
  away: boolean;
  /** Whom one may write to besides everybody. */
  recipients: readonly { id: string; name: string }[];
  /** Everybody may be written to. */
  toAll: boolean;
  onDraft: (draft: Draft) => void;
  onSend: (draft: Draft) => void;
  /** A letter was typed. */
  onTyping: (to: string | undefined) => void;
}

/** Where one writes. Enter sends, Shift and Enter breaks the line. */
export function Composer(props: ComposerProps) {
  const { t } = useTranslation();
  const { draft, away, recipients, toAll, onDraft } = props;
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [picking, setPicking] = useState(false);
  const over = tooMuch(draft.text);
  const to = recipients.find((each) => each.id === draft.to);
  const lost = draft.to !== undefined && to === undefined;
  const blocked = draft.to === undefined && !toAll && draft.edit === undefined;
  const ready = draft.text.trim() !== '' && over === 0 && !lost && !blocked;

  // Whoever chooses to answer, to change or to write to one person, writes next.
  const aim = `${draft.to ?? ''} ${draft.reply?.number ?? ''} ${draft.edit ?? ''}`;
  const before = useRef(aim);
  useEffect(() => {
    if (aim !== before.current) field.current?.focus();
    before.current = aim;
  }, [aim]);

  function send(event: FormEvent | KeyboardEvent) {
    event.preventDefault();
    if (!ready) return;
    props.onSend({ ...draft, text: draft.text.trim() });
    onDraft({ text: '', to: draft.to });
    field.current?.focus();
  }

  function insert(emoji: string) {
    const box = field.current;
    const at = box?.selectionStart ?? draft.text.length;
    onDraft({ ...draft, text: draft.text.slice(0, at) + emoji + draft.text.slice(at) });
    setPicking(false);
  }

  const audience = to ? t('chat.toOne', { name: to.name }) : t('chat.toAll');
  const label =
    draft.edit !== undefined
      ? t('chat.editing')
      : to
        ? t('chat.one', { name: to.name })
        : t('chat.everyone');
  return (
    <form onSubmit={send} className="shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      {over > 0 && (
        <p id={`${id}-over`} role="alert" className="px-2 pb-2 text-label text-off-sign">
          {t('chat.tooLong', { count: over })}
        </p>
      )}
      {blocked && <p className="px-2 pb-2 text-label text-muted">{t('chat.hostsOnly')}</p>}
      {lost && <p className="px-2 pb-2 text-label text-muted">{t('chat.recipientGone')}</p>}
      <div className="rounded-tile border border-edge bg-surface-2 p-1.5 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus">
        {(draft.reply || draft.edit !== undefined) && (
          <div className="mx-1 mb-1 flex items-center gap-2 rounded-chip border-s-[3px] border-focus bg-surface-1 py-1 ps-3 pe-1 text-label">
            <p className="min-w-0 grow truncate" dir="auto">
              {draft.reply
                ? `${draft.reply.name}: ${plainText(draft.reply.text)}`
                : t('chat.editing')}
            </p>
            <button
              type="button"
              aria-label={t(draft.reply ? 'chat.noReply' : 'chat.noEdit')}
              onClick={() => onDraft(draft.reply ? { ...draft, reply: undefined } : emptyDraft)}
              className="inline-flex size-8 shrink-0 items-center justify-center rounded-full text-muted hover:bg-surface-3 hover:text-ink"
            >
              <X size={16} />
            </button>
          </div>
        )}
        <textarea
          ref={field}
          aria-label={label}
          placeholder={away ? t('chat.later') : label}
          aria-invalid={over > 0 || undefined}
          aria-describedby={over > 0 ? `${id}-over` : undefined}
          dir="auto"
          rows={1}
          value={draft.text}
          onChange={(event) => {
            onDraft({ ...draft, text: event.target.value });
            if (event.target.value !== '' && draft.edit === undefined) props.onTyping(draft.to);
          }}
          onKeyDown={(event) => {
            const composing = event.nativeEvent.isComposing;
            if (event.key === 'Enter' && !event.shiftKey && !composing) send(event);
          }}
          className="block field-sizing-content max-h-36 min-h-10 w-full resize-none bg-transparent px-2.5 py-2 text-field text-ink outline-none"
        />
        <div className="flex items-center gap-1">
          <Popover.Root open={picking} onOpenChange={setPicking}>
            <Popover.Trigger asChild>
              <button
                type="button"
                aria-label={t('chat.emoji')}
                className="inline-flex size-10 shrink-0 items-center justify-center rounded-full text-muted hover:bg-surface-3 hover:text-ink"
              >
                <Smile size={20} />
              </button>
            </Popover.Trigger>
            <Popover.Portal>
              <Popover.Content
                side="top"
                align="start"
                sideOffset={8}
                collisionPadding={12}
                aria-label={t('chat.emoji')}
                onCloseAutoFocus={(event) => {
                  event.preventDefault();
                  field.current?.focus();
                }}
                className="z-50 animate-fade-in rounded-tile bg-surface-2 p-2 shadow-float"
              >
                <EmojiRow onChoose={insert} />
              </Popover.Content>
            </Popover.Portal>
          </Popover.Root>
          <span className="min-w-0 grow" />
          {draft.edit === undefined && (
            <Audience
              recipients={recipients}
              toAll={toAll}
              chosen={draft.to}
              text={audience}
              onChoose={(next) => onDraft({ ...draft, to: next, reply: undefined })}
            />
          )}
          <button
            type="submit"
            aria-label={t(draft.edit === undefined ? 'chat.send' : 'chat.saveEdit')}
            aria-disabled={!ready || undefined}
            className="inline-flex size-10 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent hover:bg-accent-hover aria-disabled:bg-surface-3 aria-disabled:text-muted"
          >
            {draft.edit === undefined ? (
              <SendHorizontal size={19} className="rtl:-scale-x-100" />
            ) : (
              <Check size={19} />
            )}
          </button>
        </div>
      </div>
    </form>
  );
}

// More than that, and one types a letter.
const listed = 50;
const searchFrom = 8;

/** Everybody, or one of those here. */
function Audience({
  recipients,
  toAll,
  chosen,
  text,
  onChoose,
}: {
  recipients: ComposerProps['recipients'];
  toAll: boolean;
  chosen: string | undefined;
  text: string;
  onChoose: (to: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState('');
  if (recipients.length === 0) {
    return <span className="truncate px-2 text-body text-muted">{text}</span>;
  }
  const found = recipients.filter(({ name }) => matches(name, wanted)).slice(0, listed);
  const row =
    'flex min-h-10 w-full items-center gap-3 rounded-chip px-3 py-2 text-start text-body hover:bg-surface-3 aria-pressed:font-semibold';
  const choose = (to: string | undefined) => {
    onChoose(to);
    setOpen(false);
    setWanted('');
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label={t('chat.audience', { who: text })}
          className="inline-flex h-10 min-w-0 items-center gap-1 rounded-full px-2.5 text-body text-muted hover:bg-surface-3 hover:text-ink"
        >
          <span className="truncate" dir="auto">
            {text}
          </span>
          <ChevronDown size={15} aria-hidden="true" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="end"
          sideOffset={8}
          collisionPadding={12}
          aria-label={t('chat.whom')}
          className="z-50 flex max-h-72 w-64 animate-fade-in flex-col rounded-card bg-surface-2 p-1.5 shadow-float"
        >
          {recipients.length >= searchFrom && (
            <input
              type="search"
              aria-label={t('people.find')}
              placeholder={t('people.find')}
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
              className="mb-1 h-10 shrink-0 rounded-chip border border-edge-3 bg-transparent px-3 text-body"
            />
          )}
          <div className="min-h-0 overflow-y-auto">
            {toAll && wanted === '' && (
              <button
                type="button"
                aria-pressed={chosen === undefined}
                onClick={() => choose(undefined)}
                className={row}
              >
                {t('chat.toAll')}
              </button>
            )}
            {found.map((each) => (
              <button
                key={each.id}
                type="button"
                aria-pressed={chosen === each.id}
                onClick={() => choose(each.id)}
                className={row}
              >
                <span className="truncate" dir="auto">
                  {each.name}
                </span>
              </button>
            ))}
            {found.length === 0 && (
              <p className="px-3 py-2 text-body text-muted">{t('people.none')}</p>
            )}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
