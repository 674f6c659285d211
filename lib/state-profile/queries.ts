import { env } from "@/lib/env";
import { stateProfile } from "@/lib/state-profile/profile";

/** The profile of this installation, from GRANARY_STATE and GRANARY_MODE. */
export const activeProfile = () => stateProfile(env.state, env.mode);
