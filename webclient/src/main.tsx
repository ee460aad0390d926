import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiClient } from './api';
import { speak, startI18n } from './i18n';
import { App } from './pages/App';
import { forgetWithUser } from './state/forget';
import { ApiProvider } from './state/session';
import { wantedLanguage } from './state/language';
import { startTheme } from './state/theme';
import './styles/fonts.css';
import './styles/index.css';

// The policy allows a style element only with this response's nonce; radix-ui asks get-nonce for it.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
if (nonce) setNonce(nonce);

startTheme();
startI18n();

const api = new ApiClient();
const queries = new QueryClient({
  defaultOptions: { queries: { retry: 1, staleTime: 5_000 }, mutations: { retry: false } },
});
forgetWithUser(api, queries);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
// Nothing is drawn in a language that is about to change; English stands in where the words do not come.
await speak(wantedLanguage()).catch(() => {});
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <ApiProvider api={api}>
        <App />
      </ApiProvider>
    </QueryClientProvider>
  </StrictMode>,
);
