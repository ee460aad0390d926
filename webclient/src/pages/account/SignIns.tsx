import { Laptop, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignIn } from '../../api';
import { useEndAll, useEndSignIn, useSignIns } from '../../state/account';
import { browserOf } from '../../state/browsers';
import { dateAndTime } from '../../state/dates';
import { problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Notice } from '../../ui/Notice';
import { Section } from '../../ui/Section';
import { Spinner } from '../../ui/Spinner';

/** Where one is signed in, and the way to end it. */
export function SignIns() {
  const { t } = useTranslation();
  const signIns = useSignIns();
  const end = useEndSignIn();
  const endAll = useEndAll();
  const [asking, setAsking] = useState(false);
  const problem = signIns.error ?? end.error ?? endAll.error;

  return (
    <Section title={t('account.signIns')} text={t('account.signInsText')}>
      {problem && (
        <div className="mb-3">
          <Notice>{problemText(t, problem)}</Notice>
        </div>
      )}
      {signIns.isPending && <Spinner />}
      {signIns.data && (
        <ul className="divide-y divide-hairline rounded-card border border-hairline bg-surface-1">
          {signIns.data.map((each) => (
            <Row
              key={each.id}
              signIn={each}
              busy={end.isPending && end.variables === each.id}
              onEnd={() => end.mutate(each.id)}
            />
          ))}
        </ul>
      )}
      <div className="mt-4 flex justify-end">
        <Button kind="danger-outline" onClick={() => setAsking(true)}>
          {t('account.endAll')}
        </Button>
      </div>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('account.endAllTitle')}
        description={t('account.endAllText')}
        actions={
          <>
            <Button kind="soft" onClick={() => setAsking(false)}>
              {t('cancel')}
            </Button>
            <Button kind="danger-outline" busy={endAll.isPending} onClick={() => endAll.mutate()}>
              {t('account.endAllConfirm')}
            </Button>
          </>
        }
      />
    </Section>
  );
}

function Row({ signIn, busy, onEnd }: { signIn: SignIn; busy: boolean; onEnd: () => void }) {
  const { t, i18n } = useTranslation();
  const { browser, system, phone } = browserOf(signIn.userAgent);
  const name =
    browser === ''
      ? t('account.unknownBrowser')
      : system === ''
        ? browser
        : t('account.browserOn', { browser, system });
  const when = dateAndTime(new Date(signIn.lastUsedAt), new Date(), t, i18n.language);
  const Sign = phone ? Smartphone : Laptop;
  return (
    <li className="flex items-center gap-4 py-3.5 ps-5 pe-3">
      <Sign size={20} className="text-muted" aria-hidden="true" />
      <div className="min-w-0 grow">
        <h3 className="truncate text-field font-medium">{name}</h3>
        <p className="truncate text-label text-muted">
          {signIn.current
            ? t('account.thisOne', { address: signIn.address })
            : t('account.lastUsed', { when, address: signIn.address })}
        </p>
      </div>
      {!signIn.current && (
        <Button
          kind="soft"
          busy={busy}
          aria-label={t('account.endNamed', { name })}
          onClick={onEnd}
        >
          {t('account.signOut')}
        </Button>
      )}
    </li>
  );
}
