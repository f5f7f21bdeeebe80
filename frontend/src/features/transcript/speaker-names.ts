import type { Speaker } from "../../live/protocol";

/** How the two are called; to the agent they are "You" and the customer's name. */
export type SpeakerNames = Record<Speaker, string>;
