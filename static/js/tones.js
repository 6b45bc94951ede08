// Short tones for what happens on the line: three when a customer is there, two when they are gone, a low
// one when the page lost the server. Switched off per person; silent until the page was touched once.

import { effect } from "@preact/signals";
import { linked, view } from "./live.js";

const TONES = { talking: [880, 880, 1175], gone: [660, 440], lost: [220] };
const LENGTH_S = 0.09;
let sound = null;

export function play(name) {
  if (!navigator.userActivation?.hasBeenActive) return;
  sound ??= new AudioContext();
  TONES[name].forEach((pitch, nth) => {
    const from = sound.currentTime + nth * LENGTH_S * 1.5;
    const tone = new OscillatorNode(sound, { frequency: pitch });
    const level = new GainNode(sound, { gain: 0.08 });
    level.gain.setTargetAtTime(0, from + LENGTH_S, 0.02);
    tone.connect(level).connect(sound.destination);
    tone.start(from);
    tone.stop(from + LENGTH_S * 2);
  });
}

let before = "";
effect(() => {
  const state = view.value?.seat?.state ?? "";
  const isOn = view.value?.choice?.tones_on;
  if (isOn && state !== before && before) {
    if (state === "talking") play("talking");
    else if (before === "talking") play("gone");
  }
  before = state;
});

let wasLinked = false;
effect(() => {
  if (wasLinked && !linked.value && view.peek()?.choice?.tones_on) play("lost");
  wasLinked = linked.value;
});
