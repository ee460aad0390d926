import { useTranslation } from 'react-i18next';
import { BrandMark } from '../../ui/BrandMark';

/** Nothing to join: says what will be here, and the first step. */
export function EmptyMeetings({ before }: { before: boolean }) {
  const { t } = useTranslation();
  return (
    <section className="rounded-card border border-hairline bg-surface-1 px-8 py-12 text-center">
      <BrandMark size={56} className="mx-auto text-muted" />
      <h2 className="mt-6 text-dialog font-semibold">
        {t(before ? 'dashboard.idleTitle' : 'dashboard.emptyTitle')}
      </h2>
      <p className="mx-auto mt-2 max-w-[26rem] text-body text-balance text-muted">
        {t(before ? 'dashboard.idleText' : 'dashboard.emptyText')}
      </p>
    </section>
  );
}
