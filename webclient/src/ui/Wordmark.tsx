import { useTranslation } from 'react-i18next';
import { BrandMark } from './BrandMark';

/** Mark and name, as a page's head carries them. */
export function Wordmark() {
  const { t } = useTranslation();
  return (
    <span className="inline-flex items-center gap-2.5 text-ink">
      <BrandMark size={30} />
      <span className="text-[22px]/7 font-[650] tracking-[-0.035em]">{t('brand')}</span>
    </span>
  );
}
