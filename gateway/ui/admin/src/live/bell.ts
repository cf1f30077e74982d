const EVERY_MS = 2_400;
const STORED = "yzm.sound";

let context: AudioContext | undefined;

function tone(at: number, pitch: number, length: number): void {
  if (!context) return;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = pitch;
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(0.6, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}

/** One ring, made on the spot: two falling notes, twice, that carry through a noisy kitchen. */
function ring(): void {
  if (context?.state !== "running") return;
  const now = context.currentTime;
  for (const start of [0, 0.5]) {
    tone(now + start, 1175, 0.22);
    tone(now + start + 0.18, 880, 0.3);
  }
}

/** Whether sound was allowed on this device; undefined until somebody chose. */
export function soundChoice(): "on" | "off" | undefined {
  const kept = localStorage.getItem(STORED);
  return kept === "on" || kept === "off" ? kept : undefined;
}

/** Browsers play sound only after a touch: call from one. */
export async function enableSound(): Promise<void> {
  localStorage.setItem(STORED, "on");
  context ??= new AudioContext();
  await context.resume();
  ring();
}

/** Silences this device only. */
export function disableSound(): void {
  localStorage.setItem(STORED, "off");
  void context?.suspend();
}

/** After a reload the first touch anywhere brings the sound back that was asked for before. */
export function resumeSoundOnTouch(): () => void {
  const resume = () => {
    if (soundChoice() !== "on") return;
    context ??= new AudioContext();
    void context.resume();
  };
  addEventListener("pointerdown", resume, { once: true });
  addEventListener("keydown", resume, { once: true });
  return () => {
    removeEventListener("pointerdown", resume);
    removeEventListener("keydown", resume);
  };
}

/** Rings until the function it returns is called. */
export function ringUntilStopped(): () => void {
  ring();
  const timer = setInterval(ring, EVERY_MS);
  return () => clearInterval(timer);
}
