import { Languages } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { isLanguage, languageCodes, languages } from '../i18n';
import { chooseLanguage, useLanguage } from '../state/language';
import { Menu, MenuChoices } from '../ui/Menu';
import { useToast } from '../ui/Toast';

/** The language, for those who have no account to set it in. */
export function LanguageMenu() {
  const { t } = useTranslation();
  const toast = useToast();
  const language = useLanguage();

  async function choose(value: string) {
    if (isLanguage(value) && !(await chooseLanguage(value))) toast(t('account.languageFailed'));
  }

  return (
    <Menu
      align="end"
      label={t('account.language')}
      trigger={
        <button
          type="button"
          className="inline-flex h-11 shrink-0 items-center gap-2 rounded-full px-3.5 text-body font-medium text-muted hover:bg-surface-2 hover:text-ink"
        >
          <Languages size={18} aria-hidden="true" />
          <span className="sr-only">{t('account.language')}</span>
          {languages[language]}
        </button>
      }
    >
      <MenuChoices
        value={language}
        choices={languageCodes.map((value) => ({ value, label: languages[value] }))}
        onChoose={(value) => void choose(value)}
      />
    </Menu>
  );
}
