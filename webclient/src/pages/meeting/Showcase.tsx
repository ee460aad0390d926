import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { CallProvider, useCallState } from './call';
import { Meeting } from './Meeting';
import { ShowcaseCall } from './showcaseCall';
import { Over } from '../Over';

/** `?fake=9`: a meeting with painted people, for looking at it while developing. */
export default function Showcase() {
  const [params] = useSearchParams();
  const [call] = useState(() => new ShowcaseCall(params));
  const state = useCallState(call);
  if (state.phase === 'ended') return <Over state={state} onRejoin={() => location.reload()} />;
  return (
    <CallProvider call={call}>
      <Meeting code="h3k7m-2p9qx" title={state.meeting?.title ?? ''} />
    </CallProvider>
  );
}
