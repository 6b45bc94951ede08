// A recording: the waveform of both sides, the customer above the line and the agent below it. Click to jump;
// space, arrows. Drawn once per size; while it plays only the playhead's style moves, four times a second.

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { t } from "./page.js";
import { duration } from "./format.js";

const SPEEDS = [1, 1.25, 1.5, 2];
const JUMP_SECONDS = 5;
const COLOURS = { customer: "#2563eb", agent: "#0f766e" };

/** Loudest of each pixel column, as shares of full scale. */
function columns(peaks, width) {
  const found = new Float32Array(width);
  for (let i = 0; i < peaks.length; i++) {
    const x = Math.min(width - 1, Math.floor((i / peaks.length) * width));
    found[x] = Math.max(found[x], peaks[i] / 255);
  }
  for (let x = 1; x < width; x++) if (peaks.length < width && found[x] === 0) found[x] = peaks[Math.floor((x / width) * peaks.length)] / 255;
  return found;
}

function draw(canvas, peaks) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.round(canvas.clientHeight * ratio);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const middle = height / 2;
  for (const [side, direction] of [["customer", -1], ["agent", 1]]) {
    context.fillStyle = COLOURS[side];
    columns(peaks[side], width).forEach((share, x) => {
      const tall = Math.max(ratio / 2, Math.sqrt(share) * (middle - 2)); // quiet speech can be seen too
      context.fillRect(x, direction < 0 ? middle - tall : middle, 1, tall);
    });
  }
}

/** `src`: an address of the sound; `peaks`: {customer, agent}; `seconds`: of the whole. `onAt(seconds)` hears where it
 * is, a new `jump` {at} moves it, `marks` are seconds to be marked. */
export function Player({ src, peaks, seconds, onAt, jump, marks = [] }) {
  const audio = useRef(null);
  const canvas = useRef(null);
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(1);
  const [cannot, setCannot] = useState(false);

  useEffect(() => {
    const redraw = () => canvas.current && draw(canvas.current, peaks);
    redraw();
    window.addEventListener("resize", redraw);
    return () => window.removeEventListener("resize", redraw);
  }, [peaks]);
  useEffect(() => { setAt(0); setPlaying(false); setCannot(!new Audio().canPlayType('audio/ogg; codecs="opus"')); }, [src]);

  const seek = (to) => {
    const whole = Math.min(Math.max(to, 0), seconds);
    audio.current.currentTime = whole;
    setAt(whole);
    onAt?.(whole);
  };
  useEffect(() => { if (jump) seek(jump.at); }, [jump]);
  const toggle = () => (audio.current.paused ? audio.current.play() : audio.current.pause());
  const choose = (next) => { audio.current.playbackRate = next; setSpeed(next); };
  const click = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * seconds);
  };
  const keys = {
    " ": toggle,
    ArrowLeft: () => seek(audio.current.currentTime - JUMP_SECONDS),
    ArrowRight: () => seek(audio.current.currentTime + JUMP_SECONDS),
    ArrowUp: () => choose(SPEEDS[Math.min(SPEEDS.indexOf(speed) + 1, SPEEDS.length - 1)]),
    ArrowDown: () => choose(SPEEDS[Math.max(SPEEDS.indexOf(speed) - 1, 0)]),
    Home: () => seek(0),
    End: () => seek(seconds),
  };
  const press = (event) => {
    if (!keys[event.key] || event.target.tagName === "BUTTON") return;
    event.preventDefault();
    keys[event.key]();
  };
  return html`<div class="player" data-player onKeyDown=${press}>
    <audio ref=${audio} src=${src} preload="auto" onTimeUpdate=${(event) => { setAt(event.target.currentTime); onAt?.(event.target.currentTime); }} onPlay=${() => setPlaying(true)} onPause=${() => setPlaying(false)} onEnded=${() => setPlaying(false)} onError=${() => setCannot(true)}></audio>
    <div class="wave" tabindex="0" role="slider" aria-label=${t("player.wave")} aria-valuemin="0" aria-valuemax=${Math.round(seconds)} aria-valuenow=${Math.round(at)} aria-valuetext=${duration(at * 1000)} onClick=${click}>
      <canvas ref=${canvas}></canvas>${marks.map((mark, nth) => html`<i key=${nth} class="wave-mark" style=${{ left: `${(mark / Math.max(seconds, 0.01)) * 100}%` }}></i>`)}<i class="playhead" style=${{ left: `${(at / Math.max(seconds, 0.01)) * 100}%` }}></i></div>
    <div class="player-bar"><button class="btn btn-sm btn-primary" data-act="play" onClick=${toggle}>${t(isPlaying ? "player.pause" : "player.play")}</button>
      <time data-at>${duration(at * 1000)}</time> / <time>${duration(seconds * 1000)}</time>
      <span class="side side-customer">${t("player.customer")}</span><span class="side side-agent">${t("player.agent")}</span>
      <span class="speeds" role="group" aria-label=${t("player.speed")}>${SPEEDS.map((each) => html`<button key=${each} class=${`btn btn-sm ${each === speed ? "btn-primary" : "btn-outline-primary"}`} aria-pressed=${each === speed} data-speed=${each} onClick=${() => choose(each)}>${each}×</button>`)}</span></div>
    ${cannot && html`<p class="hint warn">${t("player.cannot")}</p>`}
  </div>`;
}
