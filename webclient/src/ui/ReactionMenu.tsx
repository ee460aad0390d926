import { SmilePlus } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Emoji } from '../protocol/messages';
import { IconButton } from './IconButton';
import { emojis } from './emojis';

/** Shows everybody for a moment what one feels. */
export function ReactionMenu({
  open,
  onOpen,
  onReact,
}: {
  open: boolean;
  onOpen: (open: boolean) => void;
  onReact: (emoji: Emoji) => void;
}) {
  const { t } = useTranslation();
  return (
    <Popover.Root open={open} onOpenChange={onOpen}>
      <Popover.Trigger asChild>
        <IconButton
          label={t('reactions.title')}
          hotkey="R"
          look={open ? 'on' : 'soft'}
          icon={<SmilePlus size={21} />}
        />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          sideOffset={14}
          collisionPadding={12}
          aria-label={t('reactions.title')}
          className="z-50 animate-fade-in rounded-tile bg-surface-2 p-2 shadow-float"
        >
          <EmojiRow onChoose={onReact} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The reactions that there are, in two rows; arrows go from one to the next. */
export function EmojiRow({ onChoose }: { onChoose: (emoji: Emoji) => void }) {
  const { t } = useTranslation();
  const [at, setAt] = useState(0);
  function move(event: React.KeyboardEvent<HTMLDivElement>) {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 5, ArrowUp: -5 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (at + step + emojis.length) % emojis.length;
    setAt(next);
    event.currentTarget.querySelectorAll('button')[next]?.focus();
  }
  return (
    <div
      role="toolbar"
      aria-label={t('reactions.title')}
      tabIndex={-1}
      onKeyDown={move}
      className="grid grid-cols-5 gap-1"
    >
      {emojis.map(({ emoji, name }, i) => (
        <button
          key={emoji}
          type="button"
          aria-label={t(`reactions.${name}`)}
          tabIndex={i === at ? 0 : -1}
          onFocus={() => setAt(i)}
          onClick={() => onChoose(emoji)}
          className="inline-flex size-11 items-center justify-center rounded-full text-[1.375rem] leading-none hover:bg-surface-3 active:scale-90"
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
