import { Direction, Tooltip } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { BrowserRouter, Route, Routes } from 'react-router';
import { directionOf } from '../i18n';
import { useLanguage } from '../state/language';
import { Loading } from '../ui/Loading';
import { ToastProvider } from '../ui/Toast';
import { Dashboard } from './Dashboard';
import { ErrorBoundary } from './ErrorBoundary';
import { GuestEntry } from './GuestEntry';
import { NotFound } from './NotFound';
import { RequireSession } from './RequireSession';
import { SessionGate } from './SessionGate';
import { SignIn } from './SignIn';
import { SignUp } from './SignUp';

// What few need at their first visit comes when they go there.
const Account = lazy(async () => ({ default: (await import('./account/Account')).Account }));
const Forgot = lazy(async () => ({ default: (await import('./Forgot')).Forgot }));
const Reset = lazy(async () => ({ default: (await import('./Reset')).Reset }));
const MeetingDetails = lazy(async () => ({
  default: (await import('./details/MeetingDetails')).MeetingDetails,
}));
const OccurrenceDetails = lazy(async () => ({
  default: (await import('./details/OccurrenceDetails')).OccurrenceDetails,
}));
// The engine and the stage are half of the client; signing in need not wait for them.
const MeetingRoute = lazy(async () => ({ default: (await import('./MeetingRoute')).MeetingRoute }));

export function App() {
  const direction = directionOf(useLanguage());
  return (
    <ErrorBoundary>
      <Direction.Provider dir={direction}>
        <Tooltip.Provider delayDuration={350} skipDelayDuration={200}>
          <ToastProvider>
            <BrowserRouter>
              <SessionGate>
                <Suspense fallback={<Loading />}>
                  <Routes>
                    <Route element={<RequireSession />}>
                      <Route path="/" element={<Dashboard />} />
                      <Route path="/account" element={<Account />} />
                      <Route path="/meetings/:code" element={<MeetingDetails />} />
                      <Route path="/meetings/:code/:id" element={<OccurrenceDetails />} />
                    </Route>
                    <Route path="/signin" element={<SignIn />} />
                    <Route path="/signup" element={<SignUp />} />
                    <Route path="/forgot" element={<Forgot />} />
                    <Route path="/reset" element={<Reset />} />
                    <Route path="/join" element={<GuestEntry />} />
                    <Route path="/m/:code" element={<MeetingRoute />} />
                    <Route path="*" element={<NotFound />} />
                  </Routes>
                </Suspense>
              </SessionGate>
            </BrowserRouter>
          </ToastProvider>
        </Tooltip.Provider>
      </Direction.Provider>
    </ErrorBoundary>
  );
}
