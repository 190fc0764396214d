// A player for one live camera: Media Source Extensions where there are any, the browser's own HLS
// elsewhere (phones). Asks for the playlist once a part, which the server answers when it is there.
import { parse, typeOf } from "./parse.js";

const video = document.querySelector("video");
const shown = document.querySelector(".state"), delay = document.querySelector("output");
const words = JSON.parse(document.body.dataset.words);
const Source = window.MediaSource ?? window.ManagedMediaSource;
const KEPT_S = 10, FAR_S = 3, NEAR_S = 0.6, AGAIN_MS = 1000, PATIENCE_MS = 15000;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function tell(state) {
  shown.className = `state ${state}`;
  shown.textContent = words[state];
}

async function get(uri, headers = {}) {
  const answer = await fetch(uri, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw Object.assign(new Error(uri), { status: answer.status });
  return answer;
}

const bytesOf = async (uri, headers) => new Uint8Array(await (await get(uri, headers)).arrayBuffer());

function done(buffer, what) {
  return new Promise((resolve, reject) => {
    buffer.addEventListener("updateend", resolve, { once: true });
    buffer.addEventListener("error", () => reject(new Error("buffer")), { once: true });
    what();
  });
}

/** Near the live edge: a little faster when behind, a jump when far behind or before a hole. */
function follow(buffer) {
  const { buffered } = buffer;
  if (!buffered.length || video.paused) return;
  const begin = buffered.start(buffered.length - 1), end = buffered.end(buffered.length - 1);
  const behind = end - video.currentTime;
  delay.textContent = behind.toFixed(1);
  if (video.currentTime < begin || behind > FAR_S) video.currentTime = Math.max(begin, end - NEAR_S);
  video.playbackRate = behind > NEAR_S ? 1.08 : 1;
}

/** Play until something fails: then it is begun anew. */
async function session() {
  const source = new Source();
  const url = URL.createObjectURL(source);
  video.disableRemotePlayback = true;
  video.src = url;
  const opened = new Promise((open) => source.addEventListener("sourceopen", open, { once: true }));
  await Promise.race([opened, wait(PATIENCE_MS)]);
  URL.revokeObjectURL(url);
  let list = parse(await (await get("live.m3u8")).text());
  let at = list.parts.findLastIndex((part) => part.key), init = "", buffer = null, last = null;
  while (true) {
    if (at < 0) throw new Error("nothing to begin with");
    for (const part of list.parts.slice(at)) {
      if (part.init !== init) {
        const data = await bytesOf(part.init), type = typeOf(data);
        if (!Source.isTypeSupported(type)) { tell("unplayable"); throw new Error(type); }
        if (buffer) buffer.changeType(type); else buffer = source.addSourceBuffer(type);
        await done(buffer, () => buffer.appendBuffer(data));
        init = part.init;
      }
      const range = { Range: `bytes=${part.begin}-${part.end - 1}` };
      const data = await bytesOf(part.uri, range);
      await done(buffer, () => buffer.appendBuffer(data));
      if (!last) video.play().catch(() => {}); // a browser may want a click first
      last = part;
      follow(buffer);
      tell("live");
    }
    if (video.currentTime > 2 * KEPT_S && buffer.buffered.start(0) < video.currentTime - 2 * KEPT_S) {
      await done(buffer, () => buffer.remove(0, video.currentTime - KEPT_S));
    }
    if (list.ended) { tell("stopped"); throw new Error("ended"); }
    const { msn, part } = list.next;
    list = parse(await (await get(`live.m3u8?_HLS_msn=${msn}&_HLS_part=${part}`)).text());
    const after = list.parts.findIndex((each) => each.msn > last.msn || (each.msn === last.msn && each.part > last.part));
    // After a while without the server, what follows is listed no more: on from a key picture.
    const goesOn = after > 0 || (after < 0 && list.parts.length);
    at = after < 0 ? list.parts.length : goesOn ? after : list.parts.findLastIndex((each) => each.key);
  }
}

async function state() {
  try {
    const camera = (await (await fetch("/healthz")).json()).cameras[video.dataset.camera];
    tell(camera?.state ?? "unknown");
  } catch { tell("unknown"); }
}

async function run() {
  if (!Source) {
    video.src = "live.m3u8";
    setInterval(state, 5000);
    return;
  }
  while (true) {
    try { await session(); } catch (error) {
      if (shown.classList.contains("unplayable")) return;
      await state();
      await wait(error.status === 403 ? 10 * AGAIN_MS : AGAIN_MS);
    }
  }
}

run();
