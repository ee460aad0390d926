import { useTranslation } from 'react-i18next';

export type Network = 'good' | 'fair' | 'weak' | 'connecting';

const bars: Record<Network, number> = { good: 4, fair: 3, weak: 1, connecting: 0 };
const colours: Record<Network, string> = {
  good: 'text-green',
  fair: 'text-amber-ink',
  weak: 'text-amber-ink',
  connecting: 'text-muted',
};

/** How one's own connection does: bars and a word. */
export function NetworkChip({ network }: { network: Network }) {
  const { t } = useTranslation();
  const word = t(`meeting.network.${network}`);
  return (
    <span className="inline-flex items-center gap-2 text-body font-medium">
      <svg
        viewBox="0 0 18 16"
        width="18"
        height="16"
        className={colours[network]}
        aria-hidden="true"
        fill="currentColor"
      >
        {[0, 1, 2, 3].map((i) => (
          <rect
            key={i}
            x={i * 4.6}
            y={11 - i * 3.4}
            width="3.2"
            height={5 + i * 3.4}
            rx="1.2"
            opacity={i < bars[network] ? 1 : 0.3}
          />
        ))}
      </svg>
      <span className="sr-only">{t('meeting.networkLabel', { word })}</span>
      <span aria-hidden="true">{word}</span>
    </span>
  );
}
