import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Checkbox } from './Checkbox';
import { Dialog } from './Dialog';

export interface ShortcutRow {
  /** Pressed together, such as Ctrl and D. */
  keys: readonly string[];
  text: string;
}

/** Every key that does something, and the switch for those without Ctrl or Alt. */
export function ShortcutsDialog({
  open,
  rows,
  on,
  onSwitch,
  onClose,
}: {
  open: boolean;
  rows: readonly ShortcutRow[];
  /** Single keys work. */
  on: boolean;
  onSwitch: (on: boolean) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('shortcuts.title')}
      actions={<Button onClick={onClose}>{t('settings.done')}</Button>}
    >
      <div className="mt-4">
        <Checkbox
          label={t('shortcuts.single')}
          hint={t('shortcuts.singleHint')}
          checked={on}
          onChange={onSwitch}
        />
      </div>
      <dl className="mt-5 grid gap-x-8 sm:grid-cols-2">
        {rows.map(({ keys, text }) => (
          <div
            key={text}
            className="flex min-h-10 items-center justify-between gap-3 border-b border-hairline py-1.5"
          >
            <dt className="text-body">{text}</dt>
            <dd className="flex shrink-0 gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="inline-flex h-7 min-w-7 items-center justify-center rounded-chip border border-edge px-2 font-sans text-label font-semibold"
                >
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
