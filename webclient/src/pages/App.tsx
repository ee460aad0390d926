import { Tooltip } from 'radix-ui';
import { BrowserRouter, Route, Routes } from 'react-router';
import { ToastProvider } from '../ui/Toast';
import { Dashboard } from './Dashboard';
import { ErrorBoundary } from './ErrorBoundary';
import { GuestEntry } from './GuestEntry';
import { MeetingRoute } from './MeetingRoute';
import { NotFound } from './NotFound';
import { RequireSession } from './RequireSession';
import { SessionGate } from './SessionGate';
import { SignIn } from './SignIn';
import { SignUp } from './SignUp';

export function App() {
  return (
    <ErrorBoundary>
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
                <Route path="/m/:code" element={<MeetingRoute />} />
                <Route path="*" element={<NotFound />} />
              </Routes>
            </SessionGate>
          </BrowserRouter>
        </ToastProvider>
      </Tooltip.Provider>
    </ErrorBoundary>
  );
}
