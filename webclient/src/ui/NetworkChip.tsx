import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { Bars } from './Bars';

export type Network = 'good' | 'fair' | 'weak' | 'connecting';

const bars: Record<Network, number> = { good: 4, fair: 3, weak: 1, connecting: 0 };
const colours: Record<Network, string> = {
  good: 'text-green',
  fair: 'text-amber-ink',
  weak: 'text-amber-ink',
  connecting: 'text-muted',
};

/** How one's own connection does: bars and a word. Opens what is known about it. */
export function NetworkChip({
  network,
  open,
  onOpen,
}: {
  network: Network;
  open: boolean;
  onOpen: () => void;
}) {
  const { t } = useTranslation();
  const word = t(`meeting.network.${network}`);
  return (
    <button
      type="button"
      aria-label={t('meeting.networkLabel', { word })}
      aria-expanded={open}
      onClick={onOpen}
      className={clsx(
        '-mx-1 inline-flex h-8 items-center gap-2 rounded-full px-3 text-body font-medium hover:bg-surface-2',
        open && 'bg-surface-2',
      )}
    >
      <Bars lit={bars[network]} className={colours[network]} />
      {word}
    </button>
  );
}
