import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from './session';

const signIns = ['sign-ins'];

/** What this server offers; nothing until it has answered. */
export function useFeatures() {
  const api = useApi();
  return useQuery({ queryKey: ['features'], queryFn: () => api.features(), staleTime: Infinity })
    .data;
}

/** Where one is signed in, last used first. */
export function useSignIns() {
  const api = useApi();
  return useQuery({ queryKey: signIns, queryFn: () => api.account.signIns() });
}

export function useEndSignIn() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.account.endSignIn(id),
    onSettled: () => queries.invalidateQueries({ queryKey: signIns }),
  });
}

export function useEndAll() {
  const api = useApi();
  return useMutation({ mutationFn: () => api.account.endAll() });
}

export function useRename() {
  const api = useApi();
  return useMutation({ mutationFn: (name: string) => api.account.rename(name) });
}

export function useChangePassword() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: { current: string; password: string }) =>
      api.account.changePassword(wish.current, wish.password),
    onSuccess: () => queries.invalidateQueries({ queryKey: signIns }),
  });
}
