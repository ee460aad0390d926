import { SendHorizontal } from 'lucide-react';
import { useId, useRef } from 'react';
import type { FormEvent, KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';

const most = 4096;

/** Bytes of UTF-8 that a message is over the server's limit. */
export function tooMuch(text: string): number {
  return Math.max(0, new TextEncoder().encode(text).length - most);
}

/** Where one writes. Enter sends, Shift and Enter breaks the line. */
export function Composer({
  draft,
  away,
  onDraft,
  onSend,
}: {
  draft: string;
  /** The connection is gone: what is sent now waits. */
  away: boolean;
  onDraft: (text: string) => void;
  onSend: (text: string) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const over = tooMuch(draft);
  const ready = draft.trim() !== '' && over === 0;

  function send(event: FormEvent | KeyboardEvent) {
    event.preventDefault();
    if (!ready) return;
    onSend(draft.trim());
    onDraft('');
    field.current?.focus();
  }

  return (
    <form onSubmit={send} className="shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
      {over > 0 && (
        <p id={`${id}-over`} role="alert" className="px-2 pb-2 text-label text-off-sign">
          {t('chat.tooLong', { count: over })}
        </p>
      )}
      <div className="flex items-end gap-2 rounded-tile border border-edge bg-surface-2 p-1.5 ps-3.5 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus">
        <textarea
          ref={field}
          aria-label={t('chat.everyone')}
          placeholder={t(away ? 'chat.later' : 'chat.everyone')}
          aria-invalid={over > 0 || undefined}
          aria-describedby={over > 0 ? `${id}-over` : undefined}
          dir="auto"
          rows={1}
          value={draft}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={(event) => {
            const composing = event.nativeEvent.isComposing;
            if (event.key === 'Enter' && !event.shiftKey && !composing) send(event);
          }}
          className="field-sizing-content max-h-36 min-h-10 min-w-0 grow resize-none bg-transparent py-2.5 text-field text-ink outline-none"
        />
        <button
          type="submit"
          aria-label={t('chat.send')}
          aria-disabled={!ready || undefined}
          className="inline-flex size-10 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent hover:bg-accent-hover aria-disabled:bg-surface-3 aria-disabled:text-muted"
        >
          <SendHorizontal size={19} />
        </button>
      </div>
    </form>
  );
}
