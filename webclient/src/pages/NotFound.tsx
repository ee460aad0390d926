import { SearchX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useTitle } from '../state/title';
import { buttonClass } from '../ui/Button';
import { Message } from './Message';

export function NotFound() {
  const { t } = useTranslation();
  useTitle(t('titles.notFound'));
  return (
    <Message icon={SearchX} title={t('notFound.title')} text={t('notFound.text')}>
      <Link to="/" className={buttonClass('primary', 'large')}>
        {t('notFound.home')}
      </Link>
    </Message>
  );
}
