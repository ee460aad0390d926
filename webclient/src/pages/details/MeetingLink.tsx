import { Link2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { meetingLink } from '../../state/meetings';
import { Button } from '../../ui/Button';
import { useCopying } from '../../ui/copying';
import { QrCode } from '../../ui/QrCode';
import { Card, Section } from '../../ui/Section';

/** The one link that is the same for everybody. */
export function MeetingLink({ code, title }: { code: string; title: string }) {
  const { t } = useTranslation();
  return (
    <Section title={t('details.link')} text={t('details.linkText')}>
      <Card>
        <LinkCard link={meetingLink(code)} title={title} code={code} />
      </Card>
    </Section>
  );
}

/** A link to copy, and its picture for a phone. */
export function LinkCard({ link, title, code }: { link: string; title: string; code?: string }) {
  const { t } = useTranslation();
  const copy = useCopying();
  return (
    <div className="flex flex-wrap items-center gap-6">
      <QrCode text={link} label={t('details.qr', { title })} size={132} />
      <div className="min-w-0 grow basis-64">
        {code && (
          <p className="tabular text-dialog font-semibold">
            <bdi dir="ltr">{code}</bdi>
          </p>
        )}
        <p className="mt-1 text-body break-all text-muted select-all">
          <bdi dir="ltr">{link}</bdi>
        </p>
        <Button
          kind="outline"
          className="mt-4"
          icon={<Link2 size={17} aria-hidden="true" />}
          onClick={() => copy(link, t('dashboard.copied'))}
        >
          {t('dashboard.copyLink')}
        </Button>
      </div>
    </div>
  );
}
