import { Copy } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { useCopying } from './copying';

/** A line of text that is there to be taken elsewhere. */
export function CopyField({
  label,
  copyLabel,
  copied,
  value,
}: {
  label: string;
  /** What the button is called where one does not see what it stands beside. */
  copyLabel: string;
  copied: string;
  value: string;
}) {
  const { t } = useTranslation();
  const copy = useCopying();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-body font-medium">
        {label}
      </label>
      <div className="flex items-center gap-3">
        <input
          id={id}
          readOnly
          dir="ltr"
          value={value}
          spellCheck={false}
          onFocus={(event) => event.target.select()}
          className="h-12 w-full min-w-0 grow truncate rounded-card border border-edge bg-surface-1 px-4 font-mono text-label text-ink"
        />
        <Button
          kind="outline"
          size="large"
          aria-label={copyLabel}
          icon={<Copy size={17} aria-hidden="true" />}
          onClick={() => copy(value, copied)}
        >
          {t('copy')}
        </Button>
      </div>
    </div>
  );
}
