import { NotFound } from './NotFound';

export function MeetingRoute() {
  return <NotFound />;
}
