import { useLocation, useNavigate, type NavigateOptions } from "@tanstack/react-router";

declare module "@tanstack/history" {
  interface HistoryState {
    /** Text that is searched for and may be personal data. */
    text?: string;
  }
}

/**
 * A text that is searched for and may be a phone or a name: it stays with the entry of the browser's history, so that
 * reloading and going back keep it, and never stands in an address.
 */
export function usePrivateText(): [text: string, find: (text: string, search: object) => void] {
  const text = useLocation({ select: ({ state }) => state.text ?? "" });
  const navigate = useNavigate();
  return [text, (next, search) => void navigate({ to: ".", search, state: next === "" ? {} : { text: next }, replace: true } as unknown as NavigateOptions)];
}
