import { useCallback, useState } from "react";

import { saveWrapUp, type WrapUpFields } from "../../api/calls";
import { RequestFailed } from "../../api/http";

export type Saving = { state: "idle" | "saving" | "saved" } | { state: "failed"; message: string };

export interface UsedWrapUp {
  /** What the agent changed, saved or not; it stands before anything that still comes from the assistant. */
  edits: WrapUpFields;
  saving: Saving;
  edit: (fields: WrapUpFields) => void;
  /** Sends these fields and all that could not be saved before; whether that worked. */
  save: (fields: WrapUpFields) => Promise<boolean>;
}

/** The agent's own words about a call, kept here until the server has them. */
export function useWrapUp(callId: string): UsedWrapUp {
  const [edits, setEdits] = useState<WrapUpFields>({});
  const [unsaved, setUnsaved] = useState<WrapUpFields>({});
  const [saving, setSaving] = useState<Saving>({ state: "idle" });

  const edit = useCallback((fields: WrapUpFields) => setEdits((before) => ({ ...before, ...fields })), []);

  const save = async (fields: WrapUpFields): Promise<boolean> => {
    const due = { ...unsaved, ...fields };
    edit(fields);
    setSaving({ state: "saving" });
    try {
      await saveWrapUp(callId, due);
      setUnsaved({});
      setSaving({ state: "saved" });
      return true;
    } catch (error) {
      const why = error instanceof RequestFailed ? error.message : "Something went wrong in this page.";
      setUnsaved(due);
      setSaving({ state: "failed", message: `Not saved. ${why}` });
      return false;
    }
  };
  return { edits, saving, edit, save };
}
