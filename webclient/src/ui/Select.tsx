import { ChevronDown } from 'lucide-react';
import { useId } from 'react';
import clsx from 'clsx';

export interface SelectChoice {
  value: string;
  label: string;
}

/** A labelled choice of many. The browser's own list, which every phone and screen reader knows. */
export function Select({
  label,
  hint,
  value,
  choices,
  onChange,
  className,
}: {
  label: string;
  hint?: string;
  value: string;
  choices: readonly SelectChoice[];
  onChange: (value: string) => void;
  className?: string;
}) {
  const id = useId();
  return (
    <div className={clsx('min-w-0', className)}>
      <label htmlFor={id} className="mb-1.5 block text-body font-medium">
        {label}
      </label>
      <div className="relative">
        <select
          id={id}
          value={value}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={(event) => onChange(event.target.value)}
          className="h-12 w-full appearance-none truncate rounded-card border border-edge bg-surface-1 ps-4 pe-10 text-field text-ink"
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
        <ChevronDown
          size={18}
          aria-hidden="true"
          className="pointer-events-none absolute end-3.5 top-[15px] text-muted"
        />
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-label text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
