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
                <Routes>
                  <Route
                    path="/"
                    element={
                      <RequireSession>
                        <Dashboard />
                      </RequireSession>
                    }
                  />
                  <Route path="/signin" element={<SignIn />} />
                  <Route path="/signup" element={<SignUp />} />
                  <Route path="/join" element={<GuestEntry />} />
                  <Route
                    path="/m/:code"
                    element={
                      <Suspense fallback={<Loading />}>
                        <MeetingRoute />
                      </Suspense>
                    }
                  />
                  <Route path="*" element={<NotFound />} />
                </Routes>
              </SessionGate>
            </BrowserRouter>
          </ToastProvider>
        </Tooltip.Provider>
      </Direction.Provider>
    </ErrorBoundary>
  );
}
