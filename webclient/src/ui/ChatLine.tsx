import clsx from 'clsx';
import { CircleAlert, Ellipsis, Lock, Pencil, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { Popover } from 'radix-ui';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatEntry } from '../call';
import type { Emoji } from '../protocol/messages';
import { clock } from '../state/dates';
import { Avatar } from './Avatar';
import { nameOf } from './emojis';
import { plainText } from './markdown';
import { Menu, MenuItem } from './Menu';
import { MessageText } from './MessageText';
import { EmojiRow } from './ReactionMenu';
import { Spinner } from './Spinner';

/** What can be done with a message; undefined where it may not be. */
export interface LineActions {
  onRetry: (clientId: string) => void;
  onReply: ((entry: ChatEntry) => void) | undefined;
  onEdit: (entry: ChatEntry) => void;
  onDelete: (entry: ChatEntry) => void;
  onReact: ((entry: ChatEntry, emoji: Emoji, on: boolean) => void) | undefined;
}

export interface LineProps extends LineActions {
  entry: ChatEntry;
  /** The message that it answers, where we see it. */
  answered: ChatEntry | undefined;
  /** Our own participant id. */
  self: string;
  /** Hosts may delete what they see. */
  host: boolean;
}

/** One message: who, when, what; how others took it; and whether it has gone out. */
export const ChatLine = memo(function ChatLine(props: LineProps) {
  const { t, i18n } = useTranslation();
  const { entry, answered } = props;
  const { own, to, deleted } = entry;
  const settled = entry.number > 0 && !deleted;
  return (
    <div className="group/line relative flex gap-3">
      <Avatar id={entry.sender} name={entry.name} size={32} className="mt-0.5" />
      <div className="min-w-0 grow">
        <p className="flex items-baseline gap-2">
          <span className="truncate text-field font-semibold" dir="auto">
            {entry.name}
          </span>
          {own && <span className="shrink-0 text-label text-muted">{t('meeting.you')}</span>}
          <time dateTime={entry.sentAt} className="tabular shrink-0 text-label text-muted">
            {clock(new Date(entry.sentAt), i18n.language)}
          </time>
        </p>
        {to !== undefined && (
          <p className="mb-0.5 flex items-center gap-1.5 text-small font-medium text-link">
            <Lock size={13} aria-hidden="true" />
            <span className="truncate" dir="auto">
              {own ? t('chat.privateTo', { name: entry.toName ?? '' }) : t('chat.privateToYou')}
            </span>
          </p>
        )}
        {entry.replyTo !== undefined && !deleted && <Quote answered={answered} />}
        {deleted ? (
          <p className="text-field text-muted italic">{t('chat.deleted')}</p>
        ) : (
          <MessageText text={entry.text} />
        )}
        {entry.editedAt && !deleted && (
          <span className="text-small text-muted">{t('chat.edited')}</span>
        )}
        <Reactions {...props} />
        <Fate entry={entry} onRetry={props.onRetry} />
      </div>
      {settled && <LineMenu {...props} />}
    </div>
  );
});

function Quote({ answered }: { answered: ChatEntry | undefined }) {
  const { t } = useTranslation();
  return (
    <div className="my-1 rounded-chip border-s-[3px] border-focus bg-surface-2 px-3 py-1.5 text-label">
      {answered && (
        <p className="truncate font-semibold" dir="auto">
          {answered.name}
        </p>
      )}
      <p className="line-clamp-2 break-words text-muted" dir="auto">
        {answered && !answered.deleted ? plainText(answered.text) : t('chat.quoteGone')}
      </p>
    </div>
  );
}

function Reactions({ entry, self, onReact }: LineProps) {
  const { t } = useTranslation();
  const all = (entry.reactions ?? []).filter(({ by }) => by.length > 0);
  if (all.length === 0 || entry.deleted) return null;
  return (
    <div className="mt-1.5 flex flex-wrap gap-1.5">
      {all.map(({ emoji, by }) => {
        const mine = by.includes(self);
        return (
          <button
            key={emoji}
            type="button"
            aria-pressed={mine}
            aria-label={t('chat.reaction', {
              name: t(`reactions.${nameOf(emoji)}`),
              count: by.length,
            })}
            aria-disabled={onReact === undefined || undefined}
            onClick={() => onReact?.(entry, emoji, !mine)}
            className={clsx(
              'tabular inline-flex h-8 items-center gap-1.5 rounded-full px-2.5 text-body font-semibold',
              mine
                ? 'bg-accent/25 ring-2 ring-focus ring-inset'
                : 'bg-surface-2 hover:bg-surface-3',
            )}
          >
            <span aria-hidden="true">{emoji}</span>
            {by.length}
          </button>
        );
      })}
    </div>
  );
}

const small =
  'inline-flex size-8 items-center justify-center rounded-full text-muted hover:bg-surface-3 hover:text-ink';

/** Beside a message on hover and focus; on touch always, since nothing hovers there. */
function LineMenu(props: LineProps) {
  const { t } = useTranslation();
  const { entry, own, host } = { ...props, own: props.entry.own };
  const [picking, setPicking] = useState(false);
  const { onReply, onReact } = props;
  const may = own || host;
  if (!onReply && !onReact && !may) return null;
  return (
    <div
      className={clsx(
        'absolute -top-1.5 -end-2 flex rounded-full bg-surface-2 shadow-float transition-opacity duration-[120ms]',
        'opacity-0 group-hover/line:opacity-100 focus-within:opacity-100 has-data-[state=open]:opacity-100 pointer-coarse:opacity-100 pointer-coarse:shadow-none',
      )}
    >
      {onReact && (
        <Popover.Root open={picking} onOpenChange={setPicking}>
          <Popover.Trigger asChild>
            <button
              type="button"
              aria-label={t('chat.reactTo', { name: entry.name })}
              className={small}
            >
              <SmilePlus size={17} />
            </button>
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content
              side="top"
              align="end"
              sideOffset={8}
              collisionPadding={12}
              aria-label={t('reactions.title')}
              className="z-50 animate-fade-in rounded-tile bg-surface-2 p-2 shadow-float"
            >
              <EmojiRow
                onChoose={(emoji) => {
                  const mine = (entry.reactions ?? []).some(
                    (each) => each.emoji === emoji && each.by.includes(props.self),
                  );
                  onReact(entry, emoji, !mine);
                  setPicking(false);
                }}
              />
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
      {onReply && (
        <button
          type="button"
          aria-label={t('chat.replyTo', { name: entry.name })}
          onClick={() => onReply(entry)}
          className={small}
        >
          <Reply size={17} className="rtl:-scale-x-100" />
        </button>
      )}
      {may && (
        <Menu
          align="end"
          label={t('chat.moreOf', { name: entry.name })}
          trigger={
            <button
              type="button"
              aria-label={t('chat.moreOf', { name: entry.name })}
              className={small}
            >
              <Ellipsis size={17} />
            </button>
          }
        >
          {own && (
            <MenuItem icon={<Pencil size={17} />} onSelect={() => props.onEdit(entry)}>
              {t('chat.edit')}
            </MenuItem>
          )}
          <MenuItem danger icon={<Trash2 size={17} />} onSelect={() => props.onDelete(entry)}>
            {t('chat.delete')}
          </MenuItem>
        </Menu>
      )}
    </div>
  );
}

function Fate({ entry, onRetry }: Pick<LineProps, 'entry' | 'onRetry'>) {
  const { t } = useTranslation();
  if (entry.status === 'sending') {
    return (
      <p className="mt-1 flex items-center gap-1.5 text-label text-muted">
        <Spinner size={14} />
        {t('chat.sending')}
      </p>
    );
  }
  if (entry.status !== 'failed') return null;
  return (
    <p role="alert" className="mt-1 flex items-center gap-1.5 text-label text-off-sign">
      <CircleAlert size={15} aria-hidden="true" />
      {t('chat.failed')}
      <button
        type="button"
        onClick={() => onRetry(entry.clientId)}
        className="-my-1.5 min-h-8 rounded-chip px-1.5 font-medium text-link hover:underline"
      >
        {t('chat.retry')}
      </button>
    </p>
  );
}
