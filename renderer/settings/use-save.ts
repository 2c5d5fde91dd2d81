import { useCallback } from 'react';
import type { SettingsPatch } from '../../shared/settings.ts';
import { useApp } from '../dashboard/app-context.ts';
import { sentence } from '../latest.ts';

/** Saves some settings; resolves to what main has against it as a sentence, empty where it was saved. */
export function useSave(): (patch: SettingsPatch) => Promise<string> {
  const { api } = useApp();
  return useCallback(
    (patch) =>
      api.setSettings(patch).then(
        (result) => (result.ok ? '' : result.problem.message),
        (error: unknown) => sentence(error),
      ),
    [api],
  );
}
