import { CircleUser, LogOut } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useApi, useUser } from '../state/session';
import { setTheme, themes, useTheme } from '../state/theme';
import type { Theme } from '../state/theme';
import { Avatar } from '../ui/Avatar';
import { Menu, MenuChoices, MenuItem, MenuLabel, MenuSeparator } from '../ui/Menu';
import { Wordmark } from '../ui/Wordmark';
import { LanguageMenu } from './LanguageMenu';

/** The head of every page outside a meeting. */
export function AppHead({ showEmail = false }: { showEmail?: boolean }) {
  const user = useUser();
  return (
    <header className="flex items-center justify-between gap-4 px-5 py-4 sm:px-10">
      <Link to="/" className="rounded-chip no-underline">
        <Wordmark />
      </Link>
      {!user && <LanguageMenu />}
      {user && (
        <div className="flex min-w-0 items-center gap-3">
          {showEmail && (
            <span className="hidden truncate text-body text-muted sm:block">{user.email}</span>
          )}
          <AccountMenu />
        </div>
      )}
    </header>
  );
}

function AccountMenu() {
  const { t } = useTranslation();
  const api = useApi();
  const user = useUser();
  const theme = useTheme();
  const navigate = useNavigate();
  if (user === undefined) return null;
  return (
    <Menu
      align="end"
      label={t('account.menu')}
      trigger={
        <button
          type="button"
          aria-label={t('account.menu')}
          className="inline-flex size-11 shrink-0 items-center justify-center rounded-full"
        >
          <Avatar id={user.id} name={user.name} size={36} />
        </button>
      }
    >
      <div className="px-3 pt-2 pb-3">
        <p className="truncate aligned text-field font-medium" dir="auto">
          {user.name}
        </p>
        <p className="truncate text-label text-muted">{user.email}</p>
      </div>
      <MenuSeparator />
      <MenuItem icon={<CircleUser size={17} />} onSelect={() => void navigate('/account')}>
        {t('account.open')}
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>{t('account.theme')}</MenuLabel>
      <MenuChoices
        value={theme}
        choices={themes.map((value) => ({ value, label: t(`account.themes.${value}`) }))}
        onChoose={(value) => setTheme(value as Theme)}
      />
      <MenuSeparator />
      <MenuItem icon={<LogOut size={17} />} onSelect={() => void api.logout().catch(() => {})}>
        {t('account.signOut')}
      </MenuItem>
    </Menu>
  );
}
