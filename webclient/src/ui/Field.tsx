import clsx from 'clsx';
import { CircleAlert } from 'lucide-react';
import { useId } from 'react';
import type { ComponentProps, ReactNode } from 'react';

export interface FieldProps extends ComponentProps<'input'> {
  label: string;
  error?: string | undefined;
  hint?: string | undefined;
  /** Stands at the end of the label's line. */
  aside?: ReactNode;
}

/** A labelled line of text, its error under it in words. */
export function Field({ label, error, hint, aside, className, ...input }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={className}>
      <div className="mb-1.5 flex items-baseline justify-between gap-4">
        <label htmlFor={id} className="text-body font-medium">
          {label}
        </label>
        {aside}
      </div>
      <input
        {...input}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={clsx(
          'h-12 w-full rounded-card border bg-surface-1 px-4 text-field text-ink',
          error ? 'border-off-edge' : 'border-edge',
        )}
      />
      {note && (
        <p
          id={`${id}-note`}
          className={clsx(
            'mt-1.5 flex items-start gap-1.5 text-label',
            error ? 'text-danger-ink' : 'text-muted',
          )}
        >
          {error && <CircleAlert size={16} className="mt-0.5" aria-hidden="true" />}
          <span>{note}</span>
        </p>
      )}
    </div>
  );
}
