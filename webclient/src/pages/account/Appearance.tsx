import { useTranslation } from 'react-i18next';
import { isLanguage, languageCodes, languages } from '../../i18n';
import { chooseLanguage, useLanguage } from '../../state/language';
import { setTheme, themes, useTheme } from '../../state/theme';
import type { Theme } from '../../state/theme';
import { Card, Section } from '../../ui/Section';
import { Select } from '../../ui/Select';
import { useToast } from '../../ui/Toast';

/** Language and colours, on this device. */
export function Appearance() {
  const { t } = useTranslation();
  const toast = useToast();
  const theme = useTheme();
  const language = useLanguage();

  async function choose(value: string) {
    if (isLanguage(value) && !(await chooseLanguage(value))) toast(t('account.languageFailed'));
  }

  return (
    <Section title={t('account.display')} text={t('account.displayText')}>
      <Card className="grid gap-5 sm:grid-cols-2">
        <Select
          label={t('account.language')}
          value={language}
          choices={languageCodes.map((value) => ({ value, label: languages[value] }))}
          onChange={(value) => void choose(value)}
        />
        <Select
          label={t('account.theme')}
          value={theme}
          choices={themes.map((value) => ({ value, label: t(`account.themes.${value}`) }))}
          onChange={(value) => setTheme(value as Theme)}
        />
      </Card>
    </Section>
  );
}
