import { Link2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { meetingLink } from '../../state/meetings';
import { Button } from '../../ui/Button';
import { useCopying } from '../../ui/copying';
import { QrCode } from '../../ui/QrCode';

/** Keeps the second seat warm while one is alone. */
export function InviteCard({ code, title }: { code: string; title: string }) {
  const { t } = useTranslation();
  const copy = useCopying();
  const link = meetingLink(code);

  return (
    <div className="flex size-full flex-col items-center justify-center rounded-tile border border-dashed border-edge px-6 text-center">
      {/* Nobody scans a phone with a phone. */}
      <div className="mb-6 hidden sm:block flat:hidden">
        <QrCode text={link} label={t('details.qr', { title })} size={132} />
      </div>
      <h2 className="text-panel font-semibold text-balance sm:text-dialog">{t('meeting.alone')}</h2>
      <p className="mt-1 text-body text-balance text-muted">{t('meeting.aloneText')}</p>
      <p className="tabular mt-4 max-w-full text-body break-all select-all">{link}</p>
      <Button
        kind="outline"
        className="mt-4"
        icon={<Link2 size={17} aria-hidden="true" />}
        onClick={() => copy(link, t('dashboard.copied'))}
      >
        {t('meeting.copyLink')}
      </Button>
    </div>
  );
}
