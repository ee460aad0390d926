import { useTranslation } from 'react-i18next';
import { useUser } from '../../state/session';
import { useTitle } from '../../state/title';
import { Page } from '../Page';
import { Appearance } from './Appearance';
import { ChangePassword } from './ChangePassword';
import { Profile } from './Profile';
import { SignIns } from './SignIns';

/** One's own account: who one is, how one signs in, and where. */
export function Account() {
  const { t } = useTranslation();
  useTitle(t('titles.account'));
  const user = useUser();
  if (user === undefined) return null;
  return (
    <Page
      title={t('account.title')}
      about={user.email}
      back={{ to: '/', label: t('account.back') }}
    >
      <Profile user={user} />
      <Appearance />
      <ChangePassword email={user.email} />
      <SignIns />
    </Page>
  );
}
