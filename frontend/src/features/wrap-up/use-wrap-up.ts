import { useRef, useState } from "react";

import { saveWrapUp, type WrapUpFields } from "../../api/calls";
import { RequestFailed } from "../../api/http";
import {
  compare,
  isEmpty,
  keepDraft,
  keptDraft,
  noDraft,
  part,
  same,
  type Draft,
  type StoredWrapUp,
} from "./kept-draft";

export type Saving =
  { state: "idle" | "given back" | "saving" | "saved" } | { state: "failed"; message: string };

export interface UsedWrapUp {
  /** What the agent changed, saved or not; it stands before anything that still comes from the assistant. */
  edits: WrapUpFields;
  /** Changed before a reload and never saved, while somebody else saved these fields: the agent decides. */
  overtaken: WrapUpFields;
  saving: Saving;
  edit: (fields: WrapUpFields) => void;
  /** Sends these fields and all that is not saved yet. */
  save: (fields: WrapUpFields) => void;
  /** Sends what is not saved yet, if anything. */
  saveRest: () => void;
  /** Sends what is not saved yet, and that the call is done; whether that worked. */
  complete: () => Promise<boolean>;
  /** Takes what was overtaken after all, and saves it, or lets it go. */
  decide: (mine: boolean) => void;
}

/** The agent's own words about a call, kept here, over a reload too, until the server has them. */
export function useWrapUp(callId: string, stored: StoredWrapUp, edited: string[]): UsedWrapUp {
  const [found] = useState(() => compare(keptDraft(callId), stored, edited));
  const [edits, setEdits] = useState(found.current.fields);
  const [overtaken, setOvertaken] = useState(found.overtaken.fields);
  const [saving, setSaving] = useState<Saving>({ state: isEmpty(found.current) ? "idle" : "given back" });
  const unsaved = useRef(found.current);
  const undecided = useRef(found.overtaken);
  const saved = useRef<WrapUpFields>({});
  const last = useRef(Promise.resolve(true));

  const keep = (draft: Draft) => {
    unsaved.current = draft;
    const { fields, over } = undecided.current;
    keepDraft(callId, { fields: { ...fields, ...draft.fields }, over: { ...draft.over, ...over } });
  };
  const letGo = () => {
    undecided.current = noDraft;
    setOvertaken({});
  };
  const edit = (fields: WrapUpFields) => {
    const stands = part({ fields: {}, over: { ...stored, ...saved.current } }, (field) => field in fields);
    const { current } = unsaved;
    keep({ fields: { ...current.fields, ...fields }, over: { ...stands.over, ...current.over } });
    setEdits((earlier) => ({ ...earlier, ...fields }));
  };
  const sendNow = async (more: { completed?: true }): Promise<boolean> => {
    const { fields } = unsaved.current;
    if (isEmpty(unsaved.current) && !more.completed) return true;
    const worded = fields.follow_ups?.filter(({ text }) => text.trim() !== "");
    const sent = { ...fields, ...(worded !== undefined && { follow_ups: worded }) };
    setSaving({ state: "saving" });
    try {
      await saveWrapUp(callId, { ...sent, ...more });
    } catch (error) {
      const why = error instanceof RequestFailed ? error.message : "Something went wrong in this page.";
      setSaving({ state: "failed", message: `Not saved. ${why}` });
      return false;
    }
    saved.current = { ...saved.current, ...sent };
    setSaving({ state: "saved" });
    if (more.completed) letGo();
    // What was typed while that was on its way is not saved by it, but stands over it.
    const { current } = unsaved;
    const typed = part(
      { ...current, over: { ...current.over, ...sent } },
      (field) => !same(current.fields[field], fields[field]),
    );
    keep(typed);
    return true;
  };
  /** One at a time: of two on their way, the older could arrive last. */
  const send = (more: { completed?: true }): Promise<boolean> =>
    (last.current = last.current.then(() => sendNow(more)));

  return {
    edits,
    overtaken,
    saving,
    edit,
    save: (fields) => {
      edit(fields);
      void send({});
    },
    saveRest: () => void send({}),
    complete: () => send({ completed: true }),
    decide: (mine) => {
      const { fields } = undecided.current;
      letGo();
      edit(mine ? fields : {});
      if (mine) void send({});
    },
  };
}
