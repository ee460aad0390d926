import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useInvitations } from '../../state/invitations';
import { LinkSection } from './LinkSection';
import { NewInvitationLink } from './NewInvitationLink';

/** Links of their own, each with a role, an end and a number of uses. */
export function InvitationLinks({ code, title }: { code: string; title: string }) {
  const { t } = useTranslation();
  const { links, problem, create, revoke } = useInvitations(code);
  const [making, setMaking] = useState(false);
  return (
    <LinkSection
      words={{
        title: t('invitations.title'),
        text: t('invitations.text'),
        make: t('invitations.make'),
        none: t('invitations.none'),
      }}
      links={links?.filter(({ stream }) => stream === undefined)}
      problem={problem}
      revoke={revoke}
      onMake={() => {
        create.reset();
        setMaking(true);
      }}
    >
      {making && (
        <NewInvitationLink
          code={code}
          title={title}
          create={create}
          onClose={() => setMaking(false)}
        />
      )}
    </LinkSection>
  );
}
