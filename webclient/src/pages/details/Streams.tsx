import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useInvitations } from '../../state/invitations';
import { LinkSection } from './LinkSection';
import { NewStreamDialog } from './NewStreamDialog';

/** What sends into the meeting or plays it out without a browser, each by a key of its own. */
export function Streams({ code }: { code: string }) {
  const { t } = useTranslation();
  const { links, problem, createStream, revoke } = useInvitations(code);
  const [making, setMaking] = useState(false);
  return (
    <LinkSection
      words={{
        title: t('streams.title'),
        text: t('streams.text'),
        make: t('streams.make'),
        none: t('streams.none'),
      }}
      links={links?.filter(({ stream }) => stream !== undefined)}
      problem={problem}
      revoke={revoke}
      onMake={() => {
        createStream.reset();
        setMaking(true);
      }}
    >
      {making && <NewStreamDialog create={createStream} onClose={() => setMaking(false)} />}
    </LinkSection>
  );
}
