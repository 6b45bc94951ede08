// The sound of one page: microphone, connection to the node, loudspeaker. Knows no screen and no seat.

import { signal } from "@preact/signals";

const CONNECT_MS = 8000; // without any word from the browser: a network that swallows everything
const HICCUP_MS = 2000; // "disconnected" for longer is over: a new connection is quicker than a repair
const WISHES = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

export const devices = signal({ microphones: [], speakers: [] });
export const levels = signal({ mine: 0, theirs: 0 }); // 0 to 1
export const chosen = { microphone: localStorage.getItem("kept-microphone") ?? "", speaker: localStorage.getItem("kept-speaker") ?? "" };
export const needsClick = signal(false); // the browser plays nothing before the page was clicked

let newest = null;
const speaker = new Audio();
speaker.autoplay = true;

/** Why no sound: a code that `audio.fault.<code>` explains. */
export class NoSound extends Error {
  constructor(code) { super(code); this.code = code; }
}

const CODES = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none", NotReadableError: "busy", AbortError: "busy" };

async function openMicrophone() {
  if (!navigator.mediaDevices?.getUserMedia) throw new NoSound("insecure");
  const ask = (id) => navigator.mediaDevices.getUserMedia({ audio: id ? { ...WISHES, deviceId: { exact: id } } : WISHES });
  try {
    return await ask(chosen.microphone);
  } catch (error) {
    if (!chosen.microphone || CODES[error.name] === "refused") throw new NoSound(CODES[error.name] ?? "busy");
  }
  try {
    return await ask(""); // the chosen one was unplugged
  } catch (error) {
    throw new NoSound(CODES[error.name] ?? "busy");
  }
}

export async function listDevices() {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind) => all.filter((d) => d.kind === kind && d.deviceId).map((d) => ({ id: d.deviceId, name: d.label || d.deviceId.slice(0, 8) }));
  devices.value = { microphones: of("audioinput"), speakers: speaker.setSinkId ? of("audiooutput") : [] };
}

/** One connection. `exchange(sdp)` brings the node's answer; `onEnd(code)` is called once, when it is over. */
export class Sound {
  constructor(exchange, onEnd) {
    this.exchange = exchange;
    this.onEnd = onEnd;
    this.over = false;
    newest = this;
  }

  /** Resolves when sound flows; throws NoSound. */
  async start(iceServers) {
    const connection = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    this.connection = connection;
    try {
      await this._useMicrophone(await openMicrophone());
      this.sender = connection.addTrack(this.track, this.stream);
      connection.ontrack = (event) => this._play(new MediaStream([event.track]));
      await connection.setLocalDescription(await connection.createOffer());
      const answer = await this.exchange(connection.localDescription.sdp); // candidates are not waited for
      if (this.over) throw new NoSound("replaced");
      await connection.setRemoteDescription({ type: "answer", sdp: answer });
      await this._connected();
    } catch (error) {
      this.stop();
      throw error instanceof NoSound ? error : new NoSound("failed");
    }
    connection.onconnectionstatechange = () => this._watch();
    this.meter = setInterval(() => this._measure(), 200);
    this._watch();
    listDevices();
  }

  async chooseMicrophone(id) {
    chosen.microphone = id;
    localStorage.setItem("kept-microphone", id);
    const before = this.stream;
    await this._useMicrophone(await openMicrophone());
    await this.sender?.replaceTrack(this.track);
    before?.getTracks().forEach((track) => { track.onended = null; track.stop(); });
  }

  stop() {
    this.over = true;
    clearInterval(this.meter);
    clearTimeout(this.hiccup);
    this.stream?.getTracks().forEach((track) => { track.onended = null; track.stop(); });
    this.connection?.close();
    levels.value = { mine: 0, theirs: 0 };
  }

  _end(code) {
    if (this.over) return;
    this.stop();
    this.onEnd(code);
  }

  async _useMicrophone(stream) {
    if (this.over) {
      stream.getTracks().forEach((track) => track.stop());
      throw new NoSound("replaced");
    }
    this.stream = stream;
    [this.track] = stream.getAudioTracks();
    this.track.onended = () => this._end("unplugged");
  }

  _play(stream) {
    speaker.srcObject = stream;
    if (chosen.speaker) speaker.setSinkId?.(chosen.speaker).catch(() => {});
    speaker.play().then(() => { needsClick.value = false; }, () => { needsClick.value = true; });
  }

  _connected() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new NoSound("failed")), CONNECT_MS);
      const look = () => {
        const state = this.connection.connectionState;
        if (state === "connected") { clearTimeout(timer); resolve(); }
        if (state === "failed" || state === "closed") { clearTimeout(timer); reject(new NoSound("failed")); }
      };
      this.connection.onconnectionstatechange = look;
      look();
    });
  }

  _watch() {
    const state = this.connection.connectionState;
    clearTimeout(this.hiccup);
    if (state === "failed" || state === "closed") this._end("lost");
    if (state === "disconnected") this.hiccup = setTimeout(() => this._end("lost"), HICCUP_MS);
  }

  async _measure() {
    const level = { mine: 0, theirs: 0 };
    for (const report of (await this.connection.getStats()).values()) {
      if (report.type === "media-source") level.mine = report.audioLevel ?? 0;
      if (report.type === "inbound-rtp") level.theirs = report.audioLevel ?? 0;
    }
    if (!this.over) levels.value = level;
  }
}

export function playNow() {
  speaker.play().then(() => { needsClick.value = false; }, () => {});
}

export function chooseSpeaker(id) {
  chosen.speaker = id;
  localStorage.setItem("kept-speaker", id);
  speaker.setSinkId?.(id).catch(() => {});
}

/** What the loudspeaker plays; for measuring. */
export const playing = () => speaker.srcObject;
/** The newest connection; for measuring. */
export const current = () => newest;
