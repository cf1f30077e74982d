import { call } from "../../data/gateway";
import type { Me } from "../../data/types";

/** Signs in anew with the password, so that an unlocked screen alone is not enough; the session before ends. */
export async function signInAgain(me: Me, password: string): Promise<void> {
  const { sessions } = await call("GET", "/api/admin/sessions");
  await call("POST", "/api/admin/sign-in", { body: { organisation_code: me.organisation.code, account: me.account.account, password } });
  const former = sessions.find((session) => session.current);
  if (former) await call("DELETE", "/api/admin/sessions/{session_id}", { path: { session_id: former.session_id } }).catch(() => undefined);
}
